// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.PreparedBuild;
import io.jenkins.plugins.treenq.buildkit.client.Workspace;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.timeline.BuildPhase;
import io.jenkins.plugins.treenq.timeline.BuildSource;
import io.jenkins.plugins.treenq.timeline.ProgressSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One image build on the agent: its files and secrets, its log and its progress. The secrets are masked in whatever the
 * build prints, and in its failure.
 */
final class AgentBuild {
    private static final Logger LOGGER = Logger.getLogger(AgentBuild.class.getName());

    /** The maximum size of the Dockerfile that the build's page shows. Larger files are truncated. */
    private static final int MOST_DOCKERFILE_BYTES = 256 << 10;

    private final AgentBuildInput input;
    private final LogSender printed;

    @CheckForNull
    private final ProgressSink progress;

    private final Path folder;

    /** Masks the secrets that are known so far. */
    private volatile Redaction redaction = Redaction.of(List.of());

    /** @param folder the job's current folder */
    AgentBuild(AgentBuildInput input, LogSink log, @CheckForNull ProgressSink progress, Path folder) {
        this.input = input;
        this.printed = new LogSender(log);
        this.progress = progress;
        this.folder = folder;
    }

    /** What a daemon is asked for, and what it may ask of the agent. */
    record Prepared(BuildRequest request, SessionContent content, Console console) {}

    /**
     * Reads the secrets that are files, and finds the files of the build.
     *
     * @param more further secrets, which are to be masked
     */
    Prepared prepared(Set<String> more) throws BuildkitException, IOException, InterruptedException {
        entered(BuildPhase.PREPARING);
        DockerfileBuild build = input.build();
        Path boundary = input.boundary(folder);
        Workspace files = new Workspace(folder, boundary);
        input.secrets().read(files);
        Set<String> secrets = new HashSet<>(input.texts());
        secrets.addAll(more);
        redaction = Redaction.of(secrets);
        PreparedBuild prepared = build.in(files);
        SessionContent content = prepared.content(
                input.registries(), input.secrets().secrets(), input.secrets().ssh(), input.contextKey());
        Consumer<String> log = redaction.before(printed::println);
        BuildRequest request = build.hasProvenance()
                ? prepared.request().withOptions(ProvenanceSource.options(prepared, boundary, log))
                : prepared.request();
        Redaction known = redaction;
        UnaryOperator<String> mask =
                SecretArguments.masked(build, line -> input.mask().apply(known.apply(line)));
        if (progress != null) {
            BuildSource source = BuildSource.of(
                    request.options().getOrDefault("filename", "Dockerfile"),
                    prepared.dockerfileText(MOST_DOCKERFILE_BYTES),
                    SecretArguments.shown(build),
                    mask);
            report(() -> progress.source(source));
        }
        return new Prepared(request, content, new Console(log, mask, progress, input.link()));
    }

    void entered(BuildPhase phase) {
        if (progress != null) {
            report(() -> progress.entered(phase));
        }
    }

    /**
     * Calls the controller. A failure of the call is only logged, because the build does not depend on the report of
     * its progress.
     */
    private static void report(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOGGER.log(Level.FINE, "the progress of a build cannot be sent to the controller", e);
        }
    }

    /** Sends the remaining lines of the log. */
    CompletableFuture<Void> finish() {
        return printed.finish();
    }

    /**
     * Returns a failure as the controller is told of it: one line for what a user can do something about.
     *
     * @param activity what failed, such as {@code building}
     */
    Throwable explained(Throwable failure, String activity) {
        if (failure instanceof BuildkitException.InvalidRequestException e) {
            return new AbortException(redaction.apply(e.getMessage()));
        }
        if (failure instanceof BuildkitException.UnreachableException
                || failure instanceof BuildkitException.TlsRefusedException) {
            return new DaemonUnreachableException(
                    redaction.apply(line(failure, activity)),
                    redaction.apply(failure.getMessage()),
                    failure instanceof BuildkitException.UnreachableException);
        }
        if (failure instanceof BuildkitException.ConnectionLostException) {
            return lost(failure, activity, false);
        }
        if (failure instanceof BuildkitException.DaemonFailedException e && e.isStorageFailed()) {
            return lost(e, activity, true);
        }
        if (failure instanceof BuildkitException e) {
            LOGGER.log(Level.FINE, e, () -> "build " + input.build().request().ref() + " failed");
            return new AbortException(redaction.apply(line(e, activity)));
        }
        return failure;
    }

    private DaemonLostException lost(Throwable failure, String activity, boolean storageFailed) {
        return new DaemonLostException(
                redaction.apply(line(failure, activity)), redaction.apply(failure.getMessage()), storageFailed);
    }

    private String line(Throwable failure, String activity) {
        return activity + " " + BuildkitException.oneLine(input.build().subject()) + " on builder '" + input.builder()
                + "' failed: " + failure.getMessage();
    }
}
