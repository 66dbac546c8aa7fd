// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.AbortException;
import hudson.model.TaskListener;
import hudson.remoting.VirtualChannel;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.SessionContent;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.PreparedBuild;
import io.jenkins.plugins.treenq.buildkit.client.Workspace;
import io.jenkins.plugins.treenq.buildkit.progress.Redaction;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
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
    private final DockerfileBuild build;
    private final String builder;
    private final Endpoint endpoint;
    private final RegistryAccess registries;
    private final SecretsOnAgent secrets;
    private final String contextKey;
    private final String workspace;
    private final TaskListener listener;

    /**
     * @param builder the name that failures call the daemon by
     * @param contextKey under which the daemon keeps the context for the next build
     * @param workspace nothing outside of it is sent, unless the job works elsewhere
     */
    OnAgent(
            AgentWork<T> work,
            DockerfileBuild build,
            String builder,
            Endpoint endpoint,
            RegistryAccess registries,
            SecretsOnAgent secrets,
            String contextKey,
            String workspace,
            TaskListener listener) {
        this.work = work;
        this.build = build;
        this.builder = builder;
        this.endpoint = endpoint;
        this.registries = registries;
        this.secrets = secrets;
        this.contextKey = contextKey;
        this.workspace = workspace;
        this.listener = listener;
    }

    @Override
    public T invoke(File folder, VirtualChannel channel) throws IOException, InterruptedException {
        Redaction redaction = Redaction.of(List.of());
        try {
            Path boundary = boundary(folder.toPath());
            Workspace files = new Workspace(folder.toPath(), boundary);
            secrets.read(files);
            redaction = Redaction.of(texts());
            PreparedBuild prepared = build.in(files);
            SessionContent content = prepared.content(registries, secrets.secrets(), secrets.ssh(), contextKey);
            Consumer<String> log = redaction.before(listener.getLogger()::println);
            BuildRequest request = build.hasProvenance()
                    ? prepared.request().withOptions(Repository.options(prepared, boundary, log))
                    : prepared.request();
            try (BuildkitClient client = BuildkitClient.connect(endpoint)) {
                return work.on(client, request, content, log);
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

    private String line(BuildkitException failure) {
        return work.doing().toLowerCase(Locale.ROOT) + " " + build.subject() + " on builder '" + builder + "' failed: "
                + failure.getMessage();
    }

    /** The workspace, or where the job works if that is not in it. */
    private Path boundary(Path folder) {
        Path whole = Path.of(workspace);
        return folder.startsWith(whole) ? whole : folder;
    }

    private Set<String> texts() {
        Set<String> texts = new HashSet<>(registries.secrets());
        texts.addAll(secrets.texts());
        if (endpoint.tls() != null) {
            texts.add(endpoint.tls().keyPem());
        }
        Stream.concat(build.request().cacheImports().stream(), build.request().cacheExports().stream())
                .map(CacheEntry::secrets)
                .forEach(texts::addAll);
        return texts;
    }
}
