// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.control.Worker;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import io.jenkins.plugins.treenq.buildkit.inputs.BuildInputs;
import io.jenkins.plugins.treenq.buildkit.registry.AllowedHosts;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Builds an image, unless the tags point to an image that is known to have the same inputs. */
final class SkipIfUnchangedTask implements AgentTask<BuildOutcome> {
    private static final long serialVersionUID = 1;

    /** The messages of {@code HttpErrors} about a registry that the agent cannot reach. */
    private static final Pattern NOT_REACHED = Pattern.compile(
            "registry \\S+ (?:has a host name that cannot be resolved|cannot be reached from here|does not "
                    + "answer in time)");

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

    /** The result of the comparison before the build. */
    private record Comparison(BuildInputs inputs, Optional<ImageDescription> unchanged) {}

    @Override
    public CompletableFuture<BuildOutcome> on(
            BuildkitClient client, BuildRequest request, SessionContent content, Console console) {
        CompletableFuture<Comparison> compared =
                Async.call(Async.BLOCKING, () -> compare(client, request, content, console));
        return Async.then(compared, known -> {
            if (known.unchanged().isPresent()) {
                return CompletableFuture.completedFuture(
                        new BuildOutcome(null, known.unchanged().get()));
            }
            console.print(beginning);
            BuildInputs inputs = known.inputs();
            BuildRequest next = inputs.hash() == null ? request : inputs.recordedIn(request);
            return Async.then(
                    building.on(client, next, content, console),
                    finished -> CompletableFuture.completedFuture(new BuildOutcome(finished, null)));
        });
    }

    private Comparison compare(BuildkitClient client, BuildRequest request, SessionContent content, Console console)
            throws BuildkitException, InterruptedException {
        try (ImageRegistry images = new ImageRegistry(content.logins(), connections, AllowedHosts.ANY)) {
            BuildInputs inputs = BuildInputs.of(request, content.locals(), content.boundary(), images, daemon(client));
            return new Comparison(inputs, unchanged(inputs, images, console));
        }
    }

    private Optional<ImageDescription> unchanged(BuildInputs inputs, ImageRegistry images, Console console)
            throws BuildkitException, InterruptedException {
        String obstacle = inputs.obstacle();
        if (inputs.hash() != null) {
            try {
                return images.common(tags).filter(inputs::madeOf);
            } catch (BuildkitException.RegistryRefusedException e) {
                obstacle = e.getMessage();
            }
        }
        console.print("WARNING: the image is built, because its inputs could not be compared: " + obstacle
                + (NOT_REACHED.matcher(obstacle).find()
                        ? "; if builds reach it through a mirror, add that to the mirrors of the registry in "
                                + "Manage Jenkins » System"
                        : ""));
        return Optional.empty();
    }

    /** Returns the properties of the daemon that influence the result of a build. */
    private static Map<String, String> daemon(BuildkitClient client) throws BuildkitException, InterruptedException {
        String platforms = client.workers().stream()
                .map(Worker::platforms)
                .flatMap(List::stream)
                .map(Platform::toString)
                .collect(Collectors.joining(","));
        return Map.of("daemon", client.info().version(), "platforms", platforms);
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
