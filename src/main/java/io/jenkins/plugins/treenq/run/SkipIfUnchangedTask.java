// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.inputs.FolderHashes;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Builds an image, unless the tags point to an image that is known to have the same inputs. */
final class SkipIfUnchangedTask implements AgentTask<BuildOutcome> {
    private static final long serialVersionUID = 1;

    private final BuildTask building;
    private final ArrayList<ImageName> tags;
    private final RegistryConnections connections;
    private final String beginning;

    /**
     * @param tags the tags that must point to the image
     * @param connections connection settings of registries, with the logins of proxies
     * @param beginning log line that is printed if the image is built
     */
    SkipIfUnchangedTask(BuildTask building, List<ImageName> tags, RegistryConnections connections, String beginning) {
        this.building = building;
        this.tags = new ArrayList<>(tags);
        this.connections = connections;
        this.beginning = beginning;
    }

    @Override
    public Set<String> secrets() {
        return connections.proxySecrets();
    }

    @Override
    public CompletableFuture<BuildOutcome> on(
            BuildkitClient client, BuildRequest request, SessionContent content, Console console) {
        CompletableFuture<InputComparison> compared = Async.call(
                Async.BLOCKING,
                () -> InputComparison.of(
                        InputComparison.daemon(client),
                        request,
                        content,
                        console,
                        tags,
                        connections,
                        Map.of(),
                        new FolderHashes()));
        return Async.then(compared, known -> {
            if (known.unchanged().isPresent()) {
                return CompletableFuture.completedFuture(
                        new BuildOutcome(null, known.unchanged().get()));
            }
            console.print(beginning);
            return Async.then(
                    building.on(client, known.recordedIn(request), known.sentIn(content), console),
                    finished -> CompletableFuture.completedFuture(new BuildOutcome(finished, null)));
        });
    }

    @Override
    public BuildOutcome checked(Object answer) {
        return AgentAnswers.buildOutcome(answer);
    }

    @Override
    public String activity() {
        return building.activity();
    }
}
