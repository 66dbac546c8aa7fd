// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.FailureReason;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import io.jenkins.plugins.treenq.buildkit.Target;
import io.jenkins.plugins.treenq.buildkit.control.Worker;
import io.jenkins.plugins.treenq.buildkit.filesync.IgnoredPath;
import io.jenkins.plugins.treenq.buildkit.filesync.SourceContent;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import io.jenkins.plugins.treenq.buildkit.registry.AllowedHosts;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Explains a failed build in more detail than the daemon: the client has the files of the build, and can ask the
 * frontend and registries which stages and platforms exist. A failure remains unchanged if there is nothing to add.
 */
final class FailureExplanation {
    private static final int LARGEST_IGNORE_FILE = 1 << 20;
    private static final int MOST_NAMES = 20;
    private static final String IGNORED = ".dockerignore";

    private static final Map<String, String> EXIT_CODES = Map.of(
            "126", " (a program cannot be run)",
            "127", " (a program is not in the image)",
            "137", " (it was killed, probably because memory ran out)");

    /**
     * Git's error for a submodule that is not in {@code .gitmodules}. Daemons before BuildKit v0.29 check out all
     * commits of a repository with the same index, so that submodules of an earlier commit remain in it.
     */
    private static final String UNLISTED_SUBMODULE = "No url found for submodule path";

    private final BuildkitClient client;
    private final BuildRequest request;
    private final SessionContent content;

    /** The connections of registries; null if registries must not be asked. */
    private final RegistryConnections registries;

    FailureExplanation(
            BuildkitClient client, BuildRequest request, SessionContent content, RegistryConnections registries) {
        this.client = client;
        this.request = request;
        this.content = content;
        this.registries = registries;
    }

    BuildkitException.BuildFailedException of(BuildkitException.BuildFailedException failure)
            throws InterruptedException {
        SourceLocation place = failure.location();
        String line = failure.reason() == null ? "" : line(failure.reason(), place);
        return line.isEmpty()
                ? failure
                : new BuildkitException.BuildFailedException(
                        (place == null || place.line() == 0 ? "" : place.file() + ":" + place.line() + ": ") + line,
                        place,
                        failure.exitCode(),
                        failure.reason(),
                        failure);
    }

    /** Returns the explanation; empty if there is nothing to add. */
    private String line(FailureReason reason, SourceLocation place) throws InterruptedException {
        // Java 17 has no switch over types.
        if (reason instanceof FailureReason.Command command) {
            return "the command did not complete successfully: exit code: " + command.exitCode()
                    + (command.rest().isEmpty() ? "" : ": " + command.rest())
                    + EXIT_CODES.getOrDefault(command.exitCode(), "");
        }
        if (reason instanceof FailureReason.NoFile file) {
            return noFile(file);
        }
        if (reason instanceof FailureReason.NoStage stage) {
            return noStage(stage);
        }
        if (reason instanceof FailureReason.NoPlatform image) {
            return hasPlatform(place) ? "" : noPlatform(image);
        }
        if (reason instanceof FailureReason.NoReference git) {
            return "the Git repository has no branch, tag or commit '" + git.reference()
                    + "'; check the part after # in its address";
        }
        if (reason instanceof FailureReason.NoSubmodules git) {
            return noSubmodules(git);
        }
        return reason instanceof FailureReason.NoRepository git
                ? "the daemon cannot fetch the Git repository " + git.address()
                        + "; check its address, the daemon's network, and contextCredentialsId if it is private ("
                        + git.words() + ")"
                : "";
    }

    private static String noSubmodules(FailureReason.NoSubmodules git) {
        String advice = git.words().startsWith(UNLISTED_SUBMODULE)
                ? "; check .gitmodules, and update a daemon that is older than BuildKit v0.29, because such daemons"
                        + " confuse the submodules of different commits ("
                : "; check the addresses in .gitmodules. BuildKit uses a login over HTTP for the repository alone, and"
                        + " on github.com for all; use SSH for others that are private, or a checkout as the context (";
        return "the daemon cannot fetch the submodules of the Git repository " + git.address() + advice + git.words()
                + ")";
    }

    private String noFile(FailureReason.NoFile file) {
        if (file.path().isEmpty()) {
            return "";
        }
        String otherwise = "'" + file.path() + "' is not in "
                + (file.source().isEmpty()
                        ? "the context; check the path, which is relative to the context"
                        : "'" + file.source() + "'; check the path, and the stage, image or context in from");
        try {
            // An ignore file of the Dockerfile replaces the ignore file of the context.
            String own = request.options().getOrDefault("filename", "Dockerfile") + IGNORED;
            Optional<byte[]> patterns = file.source().isEmpty() ? read("dockerfile", own) : Optional.empty();
            String ignoreFile = patterns.isPresent() ? own : IGNORED;
            if (patterns.isEmpty()) {
                patterns = read(file.source().isEmpty() ? "context" : file.source(), IGNORED);
            }
            return patterns.flatMap(known -> IgnoredPath.pattern(known, file.path()))
                    .map(pattern -> "'" + file.path() + "' is excluded from the context by the pattern '" + pattern
                            + "' of " + ignoreFile + "; remove the pattern, or add !" + file.path() + " after it")
                    .orElse(otherwise);
        } catch (BuildkitException.ContextUnreadableException e) {
            return otherwise;
        }
    }

    private Optional<byte[]> read(String local, String file) throws BuildkitException.ContextUnreadableException {
        LocalSource source = content.locals().get(local);
        if (source == null) {
            return Optional.empty();
        }
        try (SourceContent files = new SourceContent(local, source, content.boundary())) {
            return files.file(file, LARGEST_IGNORE_FILE);
        }
    }

    private String noStage(FailureReason.NoStage stage) throws InterruptedException {
        Map<String, String> options = new HashMap<>(request.options());
        options.remove("target");
        BuildRequest any = BuildRequest.builder()
                .frontend(request.frontend())
                .options(options)
                .sourcePolicy(request.sourcePolicy())
                .build();
        String line = "target '" + stage.name() + "' is not a stage of the Dockerfile; ";
        try {
            List<String> names = client.targets(any, content).stream()
                    .map(Target::name)
                    .filter(name -> !name.isEmpty())
                    .toList();
            return line
                    + (names.isEmpty()
                            ? "no stage has a name; name one with FROM … AS NAME"
                            : "the stages are " + listed(names));
        } catch (BuildkitException e) {
            return line + "check the name after AS";
        }
    }

    private String noPlatform(FailureReason.NoPlatform missing) throws InterruptedException {
        try {
            List<String> there = registries == null ? List.of() : platforms(missing.image());
            if (there.isEmpty() && requested().size() != 1) {
                // It is unknown which of the platforms the image does not have.
                return "";
            }
            List<String> lacking = new ArrayList<>(requestedPlatforms());
            lacking.removeAll(there);
            if (lacking.isEmpty()) {
                return "";
            }
            return "base image " + missing.image() + " does not support " + String.join(", ", lacking)
                    + (there.isEmpty() ? "; choose another image or platform" : "; it supports " + listed(there));
        } catch (BuildkitException | IllegalArgumentException e) {
            return "";
        }
    }

    /** Returns the platforms of an image in its registry; empty if the registry does not answer. */
    private List<String> platforms(String image) throws InterruptedException {
        try (ImageRegistry images = new ImageRegistry(content.logins(), registries, AllowedHosts.ANY)) {
            return images.inspect(ImageName.parse(image)).map(ImageDescription::variants).stream()
                    .flatMap(List::stream)
                    .map(ImageDescription.Variant::platform)
                    .filter(Objects::nonNull)
                    .map(Platform::toString)
                    .distinct()
                    .toList();
        } catch (BuildkitException e) {
            return List.of();
        }
    }

    /** Tells whether the instruction itself names the platform of its image, which can differ from the build's. */
    private static boolean hasPlatform(SourceLocation place) {
        return place != null && place.linesInRanges().stream().anyMatch(line -> line.contains("--platform"));
    }

    /** Returns the platforms that the request names. */
    private List<String> requested() {
        String option = request.options().getOrDefault("platform", "");
        return option.isEmpty() ? List.of() : List.of(option.split(","));
    }

    /** Returns the platforms of the build, which default to the worker's first platform. */
    private List<String> requestedPlatforms() throws BuildkitException, InterruptedException {
        List<String> requested = requested();
        if (!requested.isEmpty()) {
            return requested;
        }
        return client.workers().stream()
                .map(Worker::platforms)
                .flatMap(List::stream)
                .map(Platform::toString)
                .limit(1)
                .toList();
    }

    private static String listed(List<String> names) {
        return names.stream().limit(MOST_NAMES).collect(Collectors.joining(", "))
                + (names.size() > MOST_NAMES ? ", …" : "");
    }
}
