// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.SourcePolicy;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A build of a Dockerfile as people describe it, in the terms of the daemon's Dockerfile frontend
 * ({@code frontend/dockerui/config.go}) and exporters ({@code exporter/containerimage/exptypes/keys.go}). Its files are
 * found by {@link #in}, where they are.
 *
 * @param request complete but for what depends on files
 * @param sources where those come from
 * @param destinations what is brought back; their exports are in the request, in this order, before the image's
 * @param tags names of the image, as they were given
 * @param platforms as they were given; empty for the worker's own
 */
public record DockerfileBuild(
        BuildRequest request, Sources sources, List<FileOutput> destinations, List<String> tags, List<String> platforms)
        implements Serializable {
    static final String FRONTEND = "dockerfile.v0";
    private static final String INDEX_ANNOTATION = "annotation-index.";

    public DockerfileBuild {
        destinations = List.copyOf(destinations);
        tags = List.copyOf(tags);
        platforms = List.copyOf(platforms);
    }

    /**
     * The same with cache of other builds. Folders of local cache are relative to where the job works. The daemon's
     * history would have the keys that cache is taken with, so that a build with such is not in it.
     */
    public DockerfileBuild withCache(List<CacheEntry> imports, List<CacheEntry> exports) {
        BuildRequest cached = request.withCache(imports, exports);
        boolean secret = imports.stream().anyMatch(entry -> !entry.secrets().isEmpty());
        return new DockerfileBuild(secret ? cached.withoutRecord() : cached, sources, destinations, tags, platforms);
    }

    /** The same with more of the frontend's keys. */
    public DockerfileBuild withOptions(Map<String, String> more) {
        return new DockerfileBuild(request.withOptions(more), sources, destinations, tags, platforms);
    }

    /** The same with something else made of the result; of each export only attributes are other ones. */
    public DockerfileBuild withExports(List<Export> exports) {
        return new DockerfileBuild(request.withExports(exports), sources, destinations, tags, platforms);
    }

    /**
     * Whether it can be done in parts, each by another daemon, that become one image in a registry: nothing but an
     * image comes of it, and that is pushed under tags.
     */
    public boolean isDivisible() {
        return platforms.size() > 1 && destinations.isEmpty() && !pushedTags().isEmpty();
    }

    /**
     * The part of the image that is for these platforms, pushed by digest to the repository of the first tag, under a
     * name of its own in the daemon.
     */
    public DockerfileBuild part(List<String> some) {
        Map<String, String> attributes = new HashMap<>(image().orElseThrow().attributes());
        attributes.keySet().removeIf(key -> key.startsWith(INDEX_ANNOTATION));
        attributes.put("push-by-digest", "true");
        // A part for one platform is an index, too, so that it says what it is for as the whole does.
        BuildRequest part = request.withNewRef()
                .withOptions(Map.of("platform", String.join(",", some), "multi-platform", "true"))
                .withExports(List.of(new Export("image", attributes)
                        .withNames(List.of(repository().name()))));
        return new DockerfileBuild(part, sources, destinations, tags, some);
    }

    /** Where parts of the image are. */
    public ImageName repository() {
        return ImageName.parse(tags.get(0));
    }

    /** Of the image as a whole, which no part has. */
    public Map<String, String> indexAnnotations() {
        Map<String, String> annotations = new HashMap<>();
        image().orElseThrow().attributes().forEach((key, value) -> {
            if (key.startsWith(INDEX_ANNOTATION)) {
                annotations.put(key.substring(INDEX_ANNOTATION.length()), value);
            }
        });
        return annotations;
    }

    /**
     * Finds the files.
     *
     * @throws BuildkitException.InvalidRequestException when one is missing, of the wrong kind, or outside of the
     *     workspace
     */
    public PreparedBuild in(Workspace workspace) throws BuildkitException.InvalidRequestException {
        return new Preparation(this, workspace).prepare();
    }

    /** The names of the image, completed; without tags where it is pushed under none. */
    public List<String> names() {
        return image().map(Export::names).orElse(List.of());
    }

    /**
     * The names with tags that the image has in registries once it was built; none when it is not pushed, or under no
     * tag.
     */
    public List<String> pushedTags() {
        return image().filter(image -> image.attributes().get("push").equals("true"))
                .filter(image -> !image.attributes().containsKey("push-by-digest"))
                .map(Export::names)
                .orElse(List.of());
    }

    /** Whether the image is in registries once it was built, be it under no tag. */
    public boolean isPushed() {
        return image().filter(image -> image.attributes().get("push").equals("true"))
                .isPresent();
    }

    private Optional<Export> image() {
        return request.exports().stream()
                .filter(export -> export.type().equals("image"))
                .findFirst();
    }

    /** What to call the build where people read it. */
    public String subject() {
        if (!tags.isEmpty()) {
            return tags.get(0);
        }
        return sources.dockerfileText().isEmpty() ? sources.dockerfile() : "the given Dockerfile";
    }

    /** Whether the daemon fetches the context itself, so that no file of this side is needed for it. */
    public boolean hasRemoteContext() {
        return sources.isRemote();
    }

    /** Whether it is attested how the image came about. */
    public boolean hasProvenance() {
        return request.options().containsKey("attest:provenance");
    }

    /** Whether the daemon fetches a context itself, because it is an address and no path of this side. */
    public static boolean isRemote(String context) {
        return Sources.isRemote(context);
    }

    /** Where the files of the context come from. */
    public String context() {
        return sources.context();
    }

    /** What {@code FROM} and {@code COPY --from} call the named contexts. */
    public Set<String> contextNames() {
        return sources.contexts().keySet();
    }

    /**
     * What builds have in common that can take each other's context. Builds of another stage do not: they need other
     * files of the same folder, and the daemon deletes those that it is not told of.
     */
    public String identity() {
        return String.join(
                "\0", sources.context(), sources.dockerfile(), request.options().getOrDefault("target", ""));
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects what is known of a build; nothing is required. */
    public static final class Builder {
        private static final Set<String> DESTINATIONS = Set.of("local", "tar", "oci", "docker");
        private static final Pattern ANNOTATION = Pattern.compile("(?:(?<types>[a-z\\[][^:.]*):)?(?<key>.+)");
        private static final Pattern PROVENANCE_MODE = Pattern.compile("(?:^|,)mode=([^,]*)");
        private static final Pattern ATTESTATION = Pattern.compile("[^=,]+=[^,]*(?:,[^=,]+=[^,]*)*");
        private static final Pattern ANNOTATION_TYPE = Pattern.compile(
                "(?<type>index|index-descriptor|manifest|manifest-descriptor|)(?:\\[(?<platform>[^\\]]+)])?");

        private final BuildRequest.Builder request = BuildRequest.builder();
        private final Map<String, String> imageOptions = new HashMap<>();
        private final Map<String, String> annotations = new HashMap<>();
        private String context = ".";
        private String dockerfile = "Dockerfile";
        private String dockerfileText = "";
        private Map<String, String> contexts = Map.of();
        private List<FileOutput> destinations = List.of();
        private List<String> tags = List.of();
        private List<String> platforms = List.of();
        private boolean push;
        private boolean byDigest;

        private Builder() {}

        /** Names the build in the daemon; unique, never used twice. */
        public Builder ref(String value) {
            request.ref(value);
            return this;
        }

        /** A folder, a tar archive, or an address that the daemon fetches itself; {@code .} otherwise. */
        public Builder context(String value) {
            context = value;
            return this;
        }

        /** Path, relative to the context; {@code Dockerfile} otherwise. */
        public Builder dockerfile(String value) {
            dockerfile = value;
            return this;
        }

        /** The Dockerfile itself; empty for none. */
        public Builder dockerfileText(String value) {
            dockerfileText = value;
            return this;
        }

        /** Named contexts: folders, images, OCI layouts, addresses. */
        public Builder contexts(Map<String, String> values) {
            contexts = values;
            return this;
        }

        /** Stage to build; empty for the last one. */
        public Builder target(String value) {
            return option("target", value);
        }

        /** Values of {@code ARG}. */
        public Builder buildArgs(Map<String, String> values) {
            values.forEach((name, value) -> request.option("build-arg:" + name, value));
            return this;
        }

        public Builder labels(Map<String, String> values) {
            values.forEach((name, value) -> request.option("label:" + name, value));
            return this;
        }

        /**
         * Annotations by key, which may begin with what carries it, such as {@code index:key},
         * {@code manifest[linux/arm64]:key} or {@code index,manifest:key}; the manifests otherwise.
         *
         * @throws BuildkitException.InvalidRequestException when that is something else
         */
        public Builder annotations(Map<String, String> values) throws BuildkitException.InvalidRequestException {
            for (Map.Entry<String, String> annotation : values.entrySet()) {
                Matcher parts = ANNOTATION.matcher(annotation.getKey());
                if (!parts.matches()) {
                    throw new BuildkitException.InvalidRequestException("an annotation has no key");
                }
                String types = parts.group("types") == null ? "" : parts.group("types");
                for (String type : types.split(",", -1)) {
                    annotations.put(annotationOption(type) + "." + parts.group("key"), annotation.getValue());
                }
            }
            return this;
        }

        private static String annotationOption(String type) throws BuildkitException.InvalidRequestException {
            Matcher parts = ANNOTATION_TYPE.matcher(type);
            if (!parts.matches()) {
                throw new BuildkitException.InvalidRequestException(
                        "'" + type + "' carries no annotations; write index,"
                                + " index-descriptor, manifest or manifest-descriptor, and a platform in [ ]");
            }
            String platform = parts.group("platform");
            return "annotation"
                    + (parts.group("type").isEmpty() ? "" : "-" + parts.group("type"))
                    + (platform == null ? "" : "[" + parsed(platform, Platform::parse) + "]");
        }

        /** Such as {@code linux/amd64}; several become one index. */
        public Builder platforms(List<String> values) throws BuildkitException.InvalidRequestException {
            platforms = List.copyOf(values);
            return option("platform", String.join(",", parsed(platforms, text -> Platform.parse(text)
                    .toString())));
        }

        /** Names of the image; without any, and without destinations, the build is only checked. */
        public Builder tags(List<String> values) {
            tags = List.copyOf(values);
            return this;
        }

        /** Whether the tags go to their registries. */
        public Builder push(boolean value) {
            push = value;
            return this;
        }

        /** Whether the image goes there under no tag. */
        public Builder pushByDigest(boolean value) {
            byDigest = value;
            return this;
        }

        /** The image exporter's own keys, such as {@code compression} and {@code rewrite-timestamp}. */
        public Builder imageOptions(Map<String, String> values) {
            imageOptions.putAll(values);
            return this;
        }

        /** Whether registries are asked for newer base images. */
        public Builder pull(boolean value) {
            return option("image-resolve-mode", value ? "pull" : "");
        }

        /** Whether every step runs again. */
        public Builder noCache(boolean value) {
            if (value) {
                request.option("no-cache", "");
            }
            return this;
        }

        /** Stages whose steps run again. */
        public Builder noCacheStages(List<String> stages) {
            return option("no-cache", String.join(",", stages));
        }

        /** What steps reach: {@code default}, {@code none} or {@code host}; empty leaves it to the Dockerfile. */
        public Builder network(String value) {
            return option("force-network-mode", value.equals("default") ? "sandbox" : value);
        }

        /** Addresses by host. */
        public Builder addHosts(Map<String, String> values) {
            return option(
                    "add-hosts",
                    values.entrySet().stream()
                            .sorted(Map.Entry.comparingByKey())
                            .map(host -> host.getKey() + "=" + host.getValue().replaceAll("^\\[(.*)]$", "$1"))
                            .collect(Collectors.joining(",")));
        }

        /**
         * Such as {@code nofile=1024:2048}.
         *
         * @throws BuildkitException.InvalidRequestException when one is none
         */
        public Builder ulimits(List<String> values) throws BuildkitException.InvalidRequestException {
            return option("ulimit", String.join(",", parsed(values, Ulimits::checked)));
        }

        /** Size of {@code /dev/shm} in steps, such as {@code 128m}. */
        public Builder shmSize(String value) throws BuildkitException.InvalidRequestException {
            return option("shm-size", value.isEmpty() ? "" : Long.toString(ByteSizes.bytes(value, "shmSize")));
        }

        public Builder cgroupParent(String value) {
            return option("cgroup-parent", value);
        }

        /**
         * How the image came about: {@code mode=max}, {@code true} for the least; empty or {@code false} for none.
         *
         * @throws BuildkitException.InvalidRequestException when it is none of these
         */
        public Builder provenance(String value) throws BuildkitException.InvalidRequestException {
            Matcher mode = PROVENANCE_MODE.matcher(value);
            if (mode.find() && !Set.of("min", "max", "full").contains(mode.group(1))) {
                throw new BuildkitException.InvalidRequestException(
                        "provenance: mode '" + mode.group(1) + "' is neither min nor max");
            }
            return attestation("provenance", value, "mode=min", "mode=max");
        }

        /**
         * What the image contains: {@code generator=IMAGE}, {@code true} for BuildKit's; empty or {@code false} for
         * none.
         *
         * @throws BuildkitException.InvalidRequestException when it is none of these
         */
        public Builder sbom(String value) throws BuildkitException.InvalidRequestException {
            return attestation("sbom", value, "", "generator=IMAGE");
        }

        private Builder attestation(String type, String value, String whenTrue, String example)
                throws BuildkitException.InvalidRequestException {
            Optional<Boolean> wanted = GoBooleans.parse(value);
            if (wanted.isEmpty()
                    && !value.isEmpty()
                    && !ATTESTATION.matcher(value).matches()) {
                // BuildKit passes over what it does not know.
                throw new BuildkitException.InvalidRequestException(
                        type + ": '" + value + "' is neither true nor false nor an option; write it as in " + example);
            }
            if (!value.isEmpty() && wanted.orElse(true)) {
                request.option("attest:" + type, wanted.isPresent() ? whenTrue : value);
            }
            return this;
        }

        /** Such as {@code network.host}; the daemon must allow them too. */
        public Builder entitlements(Collection<String> values) {
            request.entitlements(values);
            return this;
        }

        public Builder sourcePolicy(SourcePolicy value) {
            request.sourcePolicy(value);
            return this;
        }

        /**
         * Another frontend than the daemon's own for Dockerfiles; {@code gateway.v0} with its option {@code source}.
         */
        public Builder frontend(String value) {
            request.frontend(value);
            return this;
        }

        /** The frontend's own keys, for what has no name here. */
        public Builder frontendOptions(Map<String, String> values) {
            request.options(values);
            return this;
        }

        public Builder destinations(List<FileOutput> values) {
            destinations = List.copyOf(values);
            return this;
        }

        private Builder option(String key, String value) {
            if (!value.isEmpty()) {
                request.option(key, value);
            }
            return this;
        }

        /**
         * @throws BuildkitException.InvalidRequestException when a tag is none, or a destination is of no known kind
         */
        public DockerfileBuild build() throws BuildkitException.InvalidRequestException {
            List<Export> exports = new ArrayList<>();
            List<String> names = parsed(tags, text -> ImageName.parse(text).toString());
            for (FileOutput destination : destinations) {
                exports.add(export(destination, names));
            }
            if (!tags.isEmpty()) {
                exports.add(image(names));
            }
            request.exports(exports);
            Sources sources = new Sources(context, dockerfile, dockerfileText, contexts);
            return new DockerfileBuild(request.build(), sources, destinations, tags, platforms);
        }

        private Export export(FileOutput destination, List<String> names)
                throws BuildkitException.InvalidRequestException {
            if (!DESTINATIONS.contains(destination.type())) {
                throw new BuildkitException.InvalidRequestException(
                        "'" + destination.type() + "' is no kind of output; write local, tar, oci or docker");
            }
            boolean image =
                    destination.type().equals("oci") || destination.type().equals("docker");
            Map<String, String> attributes = new HashMap<>();
            if (destination.type().equals("oci")) {
                attributes.putAll(annotations);
            }
            attributes.putAll(destination.attributes());
            Export export = new Export(destination.type(), attributes);
            return image && !names.isEmpty() && !attributes.containsKey("name") ? export.withNames(names) : export;
        }

        private Export image(List<String> names) throws BuildkitException.InvalidRequestException {
            Map<String, String> attributes = new HashMap<>(annotations);
            attributes.putAll(imageOptions);
            attributes.put("push", Boolean.toString(push));
            if (byDigest) {
                attributes.put("push-by-digest", "true");
            }
            return new Export("image", attributes).withNames(byDigest ? parsed(tags, Builder::withoutTag) : names);
        }

        private static String withoutTag(String text) {
            ImageName image = ImageName.parse(text);
            if (!image.tag().equals("latest") || text.endsWith(":latest")) {
                throw new IllegalArgumentException(
                        "'" + text + "' has a tag, and a push by digest makes none; write '" + image.name() + "'");
            }
            return image.name();
        }

        private static String parsed(String text, Function<String, ?> reader)
                throws BuildkitException.InvalidRequestException {
            try {
                return reader.apply(text).toString();
            } catch (IllegalArgumentException e) {
                throw new BuildkitException.InvalidRequestException(e.getMessage());
            }
        }

        /** Each one read first, so that what is malformed never reaches the daemon. */
        private static List<String> parsed(List<String> texts, UnaryOperator<String> reader)
                throws BuildkitException.InvalidRequestException {
            List<String> read = new ArrayList<>();
            for (String text : texts) {
                read.add(parsed(text, reader));
            }
            return read;
        }
    }
}
