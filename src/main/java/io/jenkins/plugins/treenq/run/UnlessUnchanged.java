// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.ImageDescription;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.SessionContent;
import io.jenkins.plugins.treenq.buildkit.Worker;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import io.jenkins.plugins.treenq.buildkit.inputs.BuildInputs;
import io.jenkins.plugins.treenq.report.BuiltImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Builds, unless the tags stand for an image that is known to be made of the same. */
final class UnlessUnchanged implements AgentWork<BuiltImage> {
    private static final long serialVersionUID = 1;

    private final Building building;
    private final int number;
    private final DockerfileBuild build;
    private final ArrayList<ImageName> tags;
    private final String builder;
    private final HashMap<String, RegistryConnection> connections;

    /**
     * @param number of the image build within the run
     * @param tags that have to stand for it
     * @param builder its name
     * @param connections how registries are reached
     */
    UnlessUnchanged(
            Building building,
            int number,
            DockerfileBuild build,
            List<ImageName> tags,
            String builder,
            HashMap<String, RegistryConnection> connections) {
        this.building = building;
        this.number = number;
        this.build = build;
        this.tags = new ArrayList<>(tags);
        this.builder = builder;
        this.connections = connections;
    }

    @Override
    public BuiltImage on(BuildkitClient client, BuildRequest request, SessionContent content, Console console)
            throws BuildkitException, InterruptedException {
        BuildInputs inputs;
        try (ImageRegistry images = new ImageRegistry(content.logins(), connections)) {
            inputs = BuildInputs.of(request, content.locals(), content.boundary(), images, daemon(client));
            Optional<ImageDescription> unchanged = unchanged(inputs, images, console);
            if (unchanged.isPresent()) {
                return BuiltImage.present(unchanged.get(), build);
            }
        }
        BuildRequest next = inputs.hash() == null ? request : inputs.recordedIn(request);
        FinishedBuild finished = building.on(client, next, content, console);
        return BuiltImage.built(number, finished.result(), finished.sizeBytes(), build, builder);
    }

    private Optional<ImageDescription> unchanged(BuildInputs inputs, ImageRegistry images, Console console)
            throws BuildkitException, InterruptedException {
        String obstacle = inputs.obstacle();
        if (inputs.hash() != null) {
            try {
                return images.common(tags).filter(inputs::madeOf);
            } catch (BuildkitException.RegistryRefused e) {
                obstacle = e.getMessage();
            }
        }
        console.print("WARNING: the image is built, for it is not known whether something has changed: " + obstacle);
        return Optional.empty();
    }

    /** What the same files may become something else with. */
    private static Map<String, String> daemon(BuildkitClient client) throws BuildkitException, InterruptedException {
        String platforms = client.workers().stream()
                .map(Worker::platforms)
                .flatMap(List::stream)
                .map(Platform::toString)
                .collect(Collectors.joining(","));
        return Map.of("daemon", client.info().version(), "platforms", platforms);
    }

    @Override
    public String doing() {
        return building.doing();
    }
}
