// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import io.jenkins.plugins.treenq.buildkit.ImageName;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds the web page of a repository. Most registries have web pages at addresses of their own, which cannot be derived
 * from the repository's name.
 */
final class RegistryPage {
    private static final String DOCKER_LIBRARY = "library/";

    /** Registries that redirect a browser from the repository's URL to its web page. */
    private static final Pattern LEADING = Pattern.compile("ghcr\\.io|(.*\\.)?gcr\\.io|.*-docker\\.pkg\\.dev");

    private RegistryPage() {}

    static Optional<String> of(ImageName image) {
        String repository = image.repository();
        return switch (image.host()) {
            case "docker.io" ->
                Optional.of(
                        repository.startsWith(DOCKER_LIBRARY)
                                ? "https://hub.docker.com/_/" + repository.substring(DOCKER_LIBRARY.length())
                                : "https://hub.docker.com/r/" + repository);
            case "quay.io" -> Optional.of("https://quay.io/repository/" + repository);
            case "public.ecr.aws" -> Optional.of("https://gallery.ecr.aws/" + repository);
            default ->
                LEADING.matcher(image.host()).matches()
                        ? Optional.of("https://" + image.host() + "/" + repository)
                        : Optional.empty();
        };
    }
}
