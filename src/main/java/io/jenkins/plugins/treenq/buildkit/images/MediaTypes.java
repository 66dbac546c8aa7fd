// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import java.util.Locale;
import java.util.Set;

/** What manifests call themselves and each other. */
final class MediaTypes {
    static final String INDEX = "application/vnd.oci.image.index.v1+json";
    static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

    /** What we say that we know. */
    static final String ACCEPTED = String.join(", ", INDEX, MANIFEST, DOCKER_LIST, DOCKER_MANIFEST);

    private static final Set<String> INDEXES = Set.of(INDEX, DOCKER_LIST);
    private static final Set<String> IMAGES = Set.of(MANIFEST, DOCKER_MANIFEST);
    private static final Set<String> CONFIGS =
            Set.of("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json");

    /** What says nothing of the content, so that its own words have to do. */
    private static final Set<String> UNSPECIFIC =
            Set.of("", "application/json", "application/octet-stream", "text/plain");

    private static final String SCHEMA1_PREFIX = "application/vnd.docker.distribution.manifest.v1+";

    private MediaTypes() {}

    static boolean isIndex(String type) {
        return INDEXES.contains(type);
    }

    static boolean isManifest(String type) {
        return INDEXES.contains(type) || IMAGES.contains(type);
    }

    /** Whether it describes an image, and not something else that is kept in a registry. */
    static boolean isImageConfig(String type) {
        return CONFIGS.contains(type);
    }

    static boolean isUnspecific(String type) {
        return UNSPECIFIC.contains(type);
    }

    static boolean isSchema1(String type) {
        return type.startsWith(SCHEMA1_PREFIX);
    }

    /** Without parameters such as the character set. */
    static String bare(String contentType) {
        return contentType.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
    }
}
