// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.SuppressFBWarnings;
import hudson.AbortException;
import hudson.model.TaskListener;
import hudson.remoting.Channel;
import hudson.remoting.VirtualChannel;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.SessionContent;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.PreparedBuild;
import io.jenkins.plugins.treenq.buildkit.client.Workspace;
import io.jenkins.plugins.treenq.buildkit.progress.Redaction;
import io.jenkins.plugins.treenq.timeline.ProgressSink;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.MasterToSlaveFileCallable;

/**
 * The part of a build that runs where the files are. It carries secrets in memory; the agent's disk sees none of them.
 *
 * <p>An interrupt of the caller interrupts this too, which stops the build in the daemon.
 */
final class OnAgent<T extends Serializable> extends MasterToSlaveFileCallable<T> {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(OnAgent.class.getName());

    private final AgentWork<T> work;
    private final Materials materials;
    private final TaskListener listener;

    @CheckForNull
    @SuppressFBWarnings(value = "SE_BAD_FIELD", justification = "sent as what remoting exports")
    private final ProgressSink progress;

    /** @param progress hears how a build goes on; null for nobody */
    OnAgent(AgentWork<T> work, Materials materials, TaskListener listener, @CheckForNull ProgressSink progress) {
        this.work = work;
        this.materials = materials;
        this.listener = listener;
        this.progress = progress;
    }

    /** The same, such that it reaches back to this controller for as long as it likes. */
    OnAgent<T> of(Channel agent) {
        return new OnAgent<>(work, materials, listener, agent.export(ProgressSink.class, progress));
    }

    @Override
    public T invoke(File folder, VirtualChannel channel) throws IOException, InterruptedException {
        DockerfileBuild build = materials.build();
        Redaction redaction = Redaction.of(List.of());
        try {
            Path boundary = materials.boundary(folder.toPath());
            Workspace files = new Workspace(folder.toPath(), boundary);
            materials.secrets().read(files);
            redaction = Redaction.of(materials.texts());
            PreparedBuild prepared = build.in(files);
            SessionContent content = prepared.content(
                    materials.registries(),
                    materials.secrets().secrets(),
                    materials.secrets().ssh(),
                    materials.contextKey());
            Consumer<String> log = redaction.before(listener.getLogger()::println);
            BuildRequest request = build.hasProvenance()
                    ? prepared.request().withOptions(Repository.options(prepared, boundary, log))
                    : prepared.request();
            try (BuildkitClient client = BuildkitClient.connect(materials.endpoint())) {
                return work.on(client, request, content, console(log, redaction));
            }
        } catch (BuildkitException.InvalidRequest e) {
            throw new AbortException(redaction.apply(e.getMessage()));
        } catch (BuildkitException.Unreachable | BuildkitException.TlsRefused e) {
            throw new NotReached(
                    redaction.apply(line(e)),
                    redaction.apply(e.getMessage()),
                    e instanceof BuildkitException.Unreachable);
        } catch (BuildkitException e) {
            LOGGER.log(Level.FINE, e, () -> "build " + build.request().ref() + " failed");
            throw new AbortException(redaction.apply(line(e)));
        } finally {
            // Pipelines buffer an agent's output, and would lose what is left in the buffer.
            listener.getLogger().flush();
        }
    }

    private Console console(Consumer<String> log, Redaction redaction) {
        return new Console(log, line -> materials.mask().apply(redaction.apply(line)), progress, materials.link());
    }

    private String line(BuildkitException failure) {
        return work.doing().toLowerCase(Locale.ROOT) + " " + materials.build().subject() + " on builder '"
                + materials.builder() + "' failed: " + failure.getMessage();
    }
}
