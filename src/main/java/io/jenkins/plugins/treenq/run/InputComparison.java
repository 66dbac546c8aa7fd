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
import io.jenkins.plugins.treenq.buildkit.inputs.FolderHashes;
import io.jenkins.plugins.treenq.buildkit.registry.AllowedHosts;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The result of the comparison of a build's inputs with those of the image that the tags point to.
 *
 * @param inputs the inputs of the build
 * @param unchanged the image; empty if it has other inputs, or the inputs could not be compared
 */
record InputComparison(BuildInputs inputs, Optional<ImageDescription> unchanged) {
    /** The messages of {@code HttpErrors} about a registry that the agent cannot reach. */
    private static final Pattern NOT_REACHED = Pattern.compile(
            "registry \\S+ (?:has a host name that cannot be resolved|cannot be reached from here|does not "
                    + "answer in time)");

    /**
     * Compares the inputs. If that is not possible, the console gets a warning with the reason.
     *
     * @param daemon the properties of the daemon, see {@link #daemon}
     * @param tags the tags that must point to the image; if they are empty, only the inputs are determined
     * @param connections connection settings of registries, with the logins of proxies
     * @param results the inputs of the builds whose results are named contexts, by the names of the contexts
     * @param folders the hashes of folders, which builds that are compared together share
     */
    static InputComparison of(
            Map<String, String> daemon,
            BuildRequest request,
            SessionContent content,
            Console console,
            List<ImageName> tags,
            RegistryConnections connections,
            Map<String, BuildInputs> results,
            FolderHashes folders)
            throws BuildkitException, InterruptedException {
        try (ImageRegistry images = new ImageRegistry(content.logins(), connections, AllowedHosts.ANY)) {
            BuildInputs inputs =
                    BuildInputs.of(request, content.locals(), content.boundary(), images, daemon, results, folders);
            return new InputComparison(
                    inputs, tags.isEmpty() ? Optional.empty() : unchanged(inputs, images, tags, console));
        }
    }

    private static Optional<ImageDescription> unchanged(
            BuildInputs inputs, ImageRegistry images, List<ImageName> tags, Console console)
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
    static Map<String, String> daemon(BuildkitClient client) throws BuildkitException, InterruptedException {
        String platforms = client.workers().stream()
                .map(Worker::platforms)
                .flatMap(List::stream)
                .map(Platform::toString)
                .collect(Collectors.joining(","));
        return Map.of("daemon", client.info().version(), "platforms", platforms);
    }

    /** Returns the request, with the hash of the inputs as an annotation of the image if the hash is known. */
    BuildRequest recordedIn(BuildRequest request) {
        return inputs.hash() == null ? request : inputs.recordedIn(request);
    }

    /** Returns the request without the annotation, for a build whose image is only an input of others. */
    BuildRequest usedIn(BuildRequest request) {
        return inputs.hash() == null ? request : inputs.usedIn(request);
    }

    /** Returns the content of the build's session, with exactly the files that the hash covers if it is known. */
    SessionContent sentIn(SessionContent content) {
        return inputs.hash() == null ? content : content.withLocals(inputs.locals());
    }
}
