// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import java.util.Locale;
import java.util.Set;

/** The media types of manifests and of their parts. */
final class MediaTypes {
    static final String INDEX = "application/vnd.oci.image.index.v1+json";
    static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

    /** The value of the {@code Accept} header, which lists the supported manifests. */
    static final String ACCEPTED = String.join(", ", INDEX, MANIFEST, DOCKER_LIST, DOCKER_MANIFEST);

    private static final Set<String> INDEXES = Set.of(INDEX, DOCKER_LIST);
    private static final Set<String> IMAGES = Set.of(MANIFEST, DOCKER_MANIFEST);
    private static final Set<String> CONFIGS =
            Set.of("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json");

    /** Content types that do not describe the content. The media type in the manifest then decides. */
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

    /** Whether the configuration describes an image, and not another artifact. */
    static boolean isImageConfig(String type) {
        return CONFIGS.contains(type);
    }

    static boolean isUnspecific(String type) {
        return UNSPECIFIC.contains(type);
    }

    static boolean isSchema1(String type) {
        return type.startsWith(SCHEMA1_PREFIX);
    }

    /** Removes parameters, such as the character set. */
    static String bare(String contentType) {
        return contentType.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
    }
}
