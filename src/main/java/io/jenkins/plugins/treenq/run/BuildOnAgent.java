// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.AbortException;
import hudson.model.TaskListener;
import hudson.remoting.VirtualChannel;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.Secrets;
import io.jenkins.plugins.treenq.buildkit.SessionContent;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.progress.PlainPrinter;
import io.jenkins.plugins.treenq.buildkit.progress.Redaction;
import io.jenkins.plugins.treenq.buildkit.progress.SourceSnippet;
import java.io.File;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.MasterToSlaveFileCallable;

/**
 * The part of a build that runs where the files are. It carries secrets in memory; the agent's disk sees none of them.
 *
 * <p>An interrupt of the caller interrupts this too, which stops the build in the daemon.
 */
final class BuildOnAgent extends MasterToSlaveFileCallable<BuildResult> {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(BuildOnAgent.class.getName());

    private final BuildRequest request;
    private final ImageOrder order;
    private final String builder;
    private final Endpoint endpoint;
    private final LoginsOnAgent logins;
    private final String contextKey;
    private final String workspace;
    private final TaskListener listener;

    /**
     * @param builder the name that failures call the daemon by
     * @param contextKey under which the daemon keeps the context for the next build
     * @param workspace nothing outside of it is sent, unless the job works elsewhere
     */
    BuildOnAgent(
            BuildRequest request,
            ImageOrder order,
            String builder,
            Endpoint endpoint,
            LoginsOnAgent logins,
            String contextKey,
            String workspace,
            TaskListener listener) {
        this.request = request;
        this.order = order;
        this.builder = builder;
        this.endpoint = endpoint;
        this.logins = logins;
        this.contextKey = contextKey;
        this.workspace = workspace;
        this.listener = listener;
    }

    @Override
    public BuildResult invoke(File folder, VirtualChannel channel) throws IOException, InterruptedException {
        Redaction redaction = Redaction.of(secrets());
        Consumer<String> log = line -> listener.getLogger().println(redaction.apply(line));
        try {
            return build(folder.toPath(), log);
        } catch (BuildkitException.InvalidRequest e) {
            throw new AbortException(redaction.apply(e.getMessage()));
        } catch (BuildkitException e) {
            LOGGER.log(Level.FINE, e, () -> "build " + request.ref() + " failed");
            throw new AbortException(redaction.apply(subject() + " failed: " + e.getMessage()));
        } finally {
            // Pipelines buffer an agent's output, and would lose what is left in the buffer.
            listener.getLogger().flush();
        }
    }

    private BuildResult build(Path folder, Consumer<String> log) throws BuildkitException, InterruptedException {
        Map<String, LocalSource> locals = order.build().locals(context(folder), boundary(folder));
        SessionContent content = new SessionContent(locals, logins, Secrets.NONE, contextKey);
        PlainPrinter printer = new PlainPrinter(log);
        try (BuildkitClient client = BuildkitClient.connect(endpoint);
                printer) {
            return client.build(request, content, printer);
        } catch (BuildkitException.BuildFailed e) {
            // Closed by now, so that the log is whole before it is told what was wrong.
            printer.failureTail().forEach(log);
            if (e.location() != null) {
                SourceSnippet.of(e.location()).forEach(log);
            }
            throw e;
        }
    }

    private Path context(Path folder) throws BuildkitException.InvalidRequest {
        try {
            // Not normalized, because a link may stand before "..".
            return order.context().equals(".") ? folder : folder.resolve(order.context());
        } catch (InvalidPathException e) {
            throw new BuildkitException.InvalidRequest(
                    "context '" + order.context() + "' cannot be a path: " + e.getReason());
        }
    }

    /** The workspace, or where the job works if that is not in it. */
    private Path boundary(Path folder) {
        Path whole = Path.of(workspace);
        return folder.startsWith(whole) ? whole : folder;
    }

    private Set<String> secrets() {
        Set<String> secrets = new HashSet<>(logins.secrets());
        if (endpoint.tls() != null) {
            secrets.add(endpoint.tls().keyPem());
        }
        return secrets;
    }

    private String subject() {
        return "building "
                + (order.build().tags().isEmpty()
                        ? order.build().dockerfile()
                        : order.build().tags().get(0)) + " on builder '" + builder + "'";
    }
}
