// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Creates images in a {@link FakeRegistry}. */
final class FakeImage {
    private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

    private FakeImage() {}

    /** Creates an image for one platform with one layer. */
    static Digest single(FakeRegistry registry, String repository, String tag) {
        return image(registry, repository, tag, "amd64", "the layer".getBytes(StandardCharsets.UTF_8));
    }

    static Digest image(FakeRegistry registry, String repository, String tag, String architecture, byte[] layer) {
        return registry.manifest(
                repository,
                tag,
                MediaTypes.MANIFEST,
                manifest(config(registry, repository, architecture), registry.blob(repository, LAYER, layer, ""), ""));
    }

    static String config(FakeRegistry registry, String repository, String architecture) {
        String json = """
                {"os":"linux","architecture":"%s","created":"2026-01-02T03:04:05.6Z",\
                "config":{"Labels":{"team":"shop","only":"%s"}}}""".formatted(architecture, architecture);
        return registry.blob(repository, CONFIG, json.getBytes(StandardCharsets.UTF_8), "");
    }

    private static String manifest(String config, String layer, String more) {
        return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]%s}"
                .formatted(MediaTypes.MANIFEST, config, layer, more);
    }

    /**
     * Creates an image for two platforms, with an attestation of the first one in the format of BuildKit before v0.34.
     */
    static Digest index(FakeRegistry registry, String repository, String tag) {
        List<String> manifests = new ArrayList<>();
        for (String architecture : List.of("amd64", "arm64")) {
            Digest image = image(
                    registry,
                    repository,
                    "",
                    architecture,
                    ("layer of " + architecture).getBytes(StandardCharsets.UTF_8));
            manifests.add(FakeRegistry.descriptor(
                    MediaTypes.MANIFEST,
                    image,
                    registry.contents.get(repository + "/manifests/" + image).bytes().length,
                    ",\"platform\":{\"os\":\"linux\",\"architecture\":\"" + architecture + "\"}"));
            if (architecture.equals("amd64")) {
                manifests.add(attestation(registry, repository, image));
            }
        }
        return registry.manifest(repository, tag, MediaTypes.INDEX, FakeRegistry.index(manifests));
    }

    private static String attestation(FakeRegistry registry, String repository, Digest image) {
        String statement = registry.blob(
                repository,
                "application/vnd.in-toto+json",
                "{\"provenance\":1}".getBytes(StandardCharsets.UTF_8),
                ",\"annotations\":{\"in-toto.io/predicate-type\":\"https://slsa.dev/provenance/v1\"}");
        Digest digest = registry.manifest(
                repository, "", MediaTypes.MANIFEST, manifest(config(registry, repository, "unknown"), statement, ""));
        return FakeRegistry.descriptor(
                MediaTypes.MANIFEST,
                digest,
                registry.contents.get(repository + "/manifests/" + digest).bytes().length,
                ",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"},\"annotations\":{"
                        + "\"vnd.docker.reference.type\":\"attestation-manifest\","
                        + "\"vnd.docker.reference.digest\":\"" + image + "\"}");
    }

    /** Creates a referrer of an image, and returns its descriptor. */
    static String referrer(FakeRegistry registry, String repository, Digest subject, String artifactType) {
        String empty = registry.blob(
                repository, "application/vnd.oci.empty.v1+json", "{}".getBytes(StandardCharsets.UTF_8), "");
        String more = ",\"artifactType\":\"%s\",\"subject\":%s"
                .formatted(artifactType, FakeRegistry.descriptor(MediaTypes.MANIFEST, subject, 1, ""));
        Digest digest = registry.manifest(repository, "", MediaTypes.MANIFEST, manifest(empty, empty, more));
        return FakeRegistry.descriptor(MediaTypes.MANIFEST, digest, 1, ",\"artifactType\":\"" + artifactType + "\"");
    }
}
