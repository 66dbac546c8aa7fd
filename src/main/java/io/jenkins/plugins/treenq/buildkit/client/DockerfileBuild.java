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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A build of a Dockerfile in the terms of users, converted to the options of the daemon's Dockerfile frontend
 * ({@code frontend/dockerui/config.go}) and exporters ({@code exporter/containerimage/exptypes/keys.go}). {@link #in}
 * finds the files of the build on the machine that has them.
 *
 * @param request the request, without the options that depend on files
 * @param sources the location of the files
 * @param destinations results that the daemon sends to the client. Their exporters are in the request in the same
 *     order, before the exporter of the image
 * @param tags names of the image as the user wrote them
 * @param platforms platforms as the user wrote them; empty for the platform of the worker
 */
public record DockerfileBuild(
        BuildRequest request,
        SourceLocations sources,
        List<FileOutput> destinations,
        List<String> tags,
        List<String> platforms)
        implements Serializable {
    static final String FRONTEND = "dockerfile.v0";
    private static final String INDEX_ANNOTATION = "annotation-index.";

    public DockerfileBuild {
        destinations = List.copyOf(destinations);
        tags = List.copyOf(tags);
        platforms = List.copyOf(platforms);
    }

    /**
     * Returns a copy of this build with other cache importers and exporters. Folders of local caches are relative to
     * the job's folder. If a cache importer has credentials, the daemon does not record the build, because its history
     * would contain the credentials.
     */
    public DockerfileBuild withCache(List<CacheEntry> imports, List<CacheEntry> exports) {
        BuildRequest cached = request.withCache(imports, exports);
        boolean secret = imports.stream().anyMatch(entry -> !entry.secrets().isEmpty());
        return new DockerfileBuild(secret ? cached.withoutRecord() : cached, sources, destinations, tags, platforms);
    }

    /** Returns a copy of this build with another ref. */
    public DockerfileBuild withRef(String ref) {
        return new DockerfileBuild(request.withRef(ref), sources, destinations, tags, platforms);
    }

    /** Returns a copy of this build with additional frontend options. */
    public DockerfileBuild withOptions(Map<String, String> more) {
        return new DockerfileBuild(request.withOptions(more), sources, destinations, tags, platforms);
    }

    /**
     * Returns a copy of this build with other exporters. The exporters must differ from the present ones in their
     * attributes only, because the destinations belong to them by position.
     */
    public DockerfileBuild withExports(List<Export> exports) {
        return new DockerfileBuild(request.withExports(exports), sources, destinations, tags, platforms);
    }

    /** Returns a copy of this build that only leaves its result in the daemon's cache. */
    public DockerfileBuild withoutOutputs() {
        return new DockerfileBuild(
                request.withExports(List.of()).withCache(request.cacheImports(), List.of()),
                sources,
                List.of(),
                tags,
                platforms);
    }

    /**
     * Returns whether several daemons can each build some of the platforms, and their images can be combined to one in
     * a registry. This requires several platforms, and an image that is pushed with tags as the only output.
     */
    public boolean isDivisible() {
        return platforms.size() > 1 && destinations.isEmpty() && !pushedTags().isEmpty();
    }

    /**
     * Returns the part of this build that builds only some platforms. The part pushes its image by digest to the
     * repository of the first tag and has a ref of its own.
     */
    public DockerfileBuild part(List<String> some) {
        Map<String, String> attributes = new HashMap<>(image().orElseThrow().attributes());
        attributes.keySet().removeIf(key -> key.startsWith(INDEX_ANNOTATION));
        attributes.put("push-by-digest", "true");
        // The image of a single platform is exported as an index, too, so that it names its platform as the complete
        // image does.
        BuildRequest part = request.withNewRef()
                .withOptions(Map.of("platform", String.join(",", some), "multi-platform", "true"))
                .withExports(List.of(new Export("image", attributes)
                        .withNames(List.of(repository().name()))));
        return new DockerfileBuild(part, sources, destinations, tags, some);
    }

    /** Returns the repository to which parts of the image are pushed. */
    public ImageName repository() {
        return ImageName.parse(tags.get(0));
    }

    /** Returns the annotations of the index of the complete image. Parts of the image do not have these annotations. */
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
     * Finds the files of the build in the workspace.
     *
     * @throws BuildkitException.InvalidRequestException if a file is missing, is of the wrong kind, or is outside of
     *     the workspace
     */
    public PreparedBuild in(Workspace workspace) throws BuildkitException.InvalidRequestException {
        return new Preparation(this, workspace).prepare();
    }

    /** Returns the complete names of the image; a name has no tag if the image is pushed by digest. */
    public List<String> names() {
        return image().map(Export::names).orElse(List.of());
    }

    /**
     * Returns the names with tags under which registries have the image after the build; empty if the image is not
     * pushed, or is pushed by digest.
     */
    public List<String> pushedTags() {
        return image().filter(image -> image.attributes().get("push").equals("true"))
                .filter(image -> !image.attributes().containsKey("push-by-digest"))
                .map(Export::names)
                .orElse(List.of());
    }

    /** Returns the names of the targets of a bake whose results this build uses, by the names of the contexts. */
    public SortedMap<String, String> links() {
        SortedMap<String, String> links = new TreeMap<>();
        sources.contexts().forEach((context, value) -> {
            if (TargetLinks.isTarget(value)) {
                links.put(context, TargetLinks.name(value));
            }
        });
        return links;
    }

    /** Returns whether the image is pushed, with tags or by digest. */
    public boolean isPushed() {
        return image().filter(image -> image.attributes().get("push").equals("true"))
                .isPresent();
    }

    private Optional<Export> image() {
        return request.exports().stream()
                .filter(export -> export.type().equals("image"))
                .findFirst();
    }

    /** Returns a name of the build for display: its first tag, or else its Dockerfile. */
    public String subject() {
        if (!tags.isEmpty()) {
            return tags.get(0);
        }
        return sources.dockerfileText().isEmpty() ? sources.dockerfile() : "the given Dockerfile";
    }

    /** Returns whether the daemon fetches the build context itself, so that the client needs no files for it. */
    public boolean hasRemoteContext() {
        return sources.isRemote();
    }

    /** Returns whether the image gets a provenance attestation. */
    public boolean hasProvenance() {
        return request.options().containsKey("attest:provenance");
    }

    /**
     * Returns whether a context is an address that the daemon fetches, as opposed to a path on the client's machine.
     */
    public static boolean isRemote(String context) {
        return SourceLocations.isRemote(context);
    }

    /** Returns the location of the build context as the user wrote it. */
    public String context() {
        return sources.context();
    }

    /** Returns the names of the named contexts, which {@code FROM} and {@code COPY --from} refer to. */
    public Set<String> contextNames() {
        return sources.contexts().keySet();
    }

    /**
     * Returns a key that is equal for builds that can reuse each other's uploaded context. Builds of different stages
     * have different keys: they use different files of the same folder, and the daemon deletes the files that the
     * client does not announce.
     */
    public String identity() {
        return String.join(
                "\0", sources.context(), sources.dockerfile(), request.options().getOrDefault("target", ""));
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Builder of Dockerfile builds. All parameters are optional. */
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
        private Optional<Boolean> image = Optional.empty();
        private boolean push;
        private boolean byDigest;

        private Builder() {}

        /** Sets the ID of the build in the daemon, which must be unique and never be used for a second build. */
        public Builder ref(String value) {
            request.ref(value);
            return this;
        }

        /**
         * Sets the build context: a folder, a tar archive, or an address that the daemon fetches. The default is
         * {@code .}.
         */
        public Builder context(String value) {
            context = value;
            return this;
        }

        /** Sets the path of the Dockerfile, relative to the context. The default is {@code Dockerfile}. */
        public Builder dockerfile(String value) {
            dockerfile = value;
            return this;
        }

        /** Sets the content of the Dockerfile; empty to read the Dockerfile from a file. */
        public Builder dockerfileText(String value) {
            dockerfileText = value;
            return this;
        }

        /** Sets the named contexts: folders, images, OCI layouts or addresses. */
        public Builder contexts(Map<String, String> values) {
            contexts = values;
            return this;
        }

        /** Sets the stage to build; empty for the last stage. */
        public Builder target(String value) {
            return option("target", value);
        }

        /** Sets the values of {@code ARG} instructions. */
        public Builder buildArgs(Map<String, String> values) {
            values.forEach((name, value) -> request.option("build-arg:" + name, value));
            return this;
        }

        public Builder labels(Map<String, String> values) {
            values.forEach((name, value) -> request.option("label:" + name, value));
            return this;
        }

        /**
         * Sets annotations. A key may begin with the objects that carry the annotation, such as {@code index:key},
         * {@code manifest[linux/arm64]:key} or {@code index,manifest:key}. By default, the manifests carry the
         * annotation.
         *
         * @throws BuildkitException.InvalidRequestException if a key is empty, or names an object that cannot carry
         *     annotations
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
                        "'" + type + "' cannot have annotations; write index,"
                                + " index-descriptor, manifest or manifest-descriptor, and a platform in [ ]");
            }
            String platform = parts.group("platform");
            return "annotation"
                    + (parts.group("type").isEmpty() ? "" : "-" + parts.group("type"))
                    + (platform == null ? "" : "[" + parsed(platform, Platform::parse) + "]");
        }

        /** Sets the platforms, such as {@code linux/amd64}. Several platforms result in an index. */
        public Builder platforms(List<String> values) throws BuildkitException.InvalidRequestException {
            platforms = List.copyOf(values);
            return option("platform", String.join(",", parsed(platforms, text -> Platform.parse(text)
                    .toString())));
        }

        /**
         * Sets the names of the image. A build without names and destinations has no output, unless {@link #image} sets
         * one.
         */
        public Builder tags(List<String> values) {
            tags = List.copyOf(values);
            return this;
        }

        /** Sets whether the daemon keeps or pushes the image. By default, it does if the image has names. */
        public Builder image(boolean value) {
            image = Optional.of(value);
            return this;
        }

        /** Sets whether the image is pushed to the registries of its names. */
        public Builder push(boolean value) {
            push = value;
            return this;
        }

        /** Sets whether the image is pushed by digest, that is, without tags. */
        public Builder pushByDigest(boolean value) {
            byDigest = value;
            return this;
        }

        /** Sets attributes of the image exporter, such as {@code compression} and {@code rewrite-timestamp}. */
        public Builder imageOptions(Map<String, String> values) {
            imageOptions.putAll(values);
            return this;
        }

        /** Sets whether the daemon checks registries for newer base images. */
        public Builder pull(boolean value) {
            return option("image-resolve-mode", value ? "pull" : "");
        }

        /** Sets whether all build steps are executed again. */
        public Builder noCache(boolean value) {
            if (value) {
                request.option("no-cache", "");
            }
            return this;
        }

        /** Sets the stages whose build steps are executed again. */
        public Builder noCacheStages(List<String> stages) {
            return option("no-cache", String.join(",", stages));
        }

        /**
         * Sets the network of build steps: {@code default}, {@code none} or {@code host}; empty for the network that
         * the Dockerfile chooses.
         */
        public Builder network(String value) {
            return option("force-network-mode", value.equals("default") ? "sandbox" : value);
        }

        /** Sets additional hosts for build steps, as addresses by host name. A value may be a list with commas. */
        public Builder addHosts(Map<String, String> values) {
            return option(
                    "add-hosts",
                    values.entrySet().stream()
                            .sorted(Map.Entry.comparingByKey())
                            .flatMap(host -> Stream.of(host.getValue().split(","))
                                    .map(address -> host.getKey() + "=" + address.replaceAll("^\\[(.*)]$", "$1")))
                            .collect(Collectors.joining(",")));
        }

        /**
         * Sets resource limits of build steps, such as {@code nofile=1024:2048}.
         *
         * @throws BuildkitException.InvalidRequestException if a value is not a limit
         */
        public Builder ulimits(List<String> values) throws BuildkitException.InvalidRequestException {
            return option("ulimit", String.join(",", parsed(values, Ulimits::checked)));
        }

        /** Sets the size of {@code /dev/shm} in build steps, such as {@code 128m}. */
        public Builder shmSize(String value) throws BuildkitException.InvalidRequestException {
            return option("shm-size", value.isEmpty() ? "" : Long.toString(ByteSizes.bytes(value, "shmSize")));
        }

        public Builder cgroupParent(String value) {
            return option("cgroup-parent", value);
        }

        /**
         * Sets the provenance attestation, such as {@code mode=max}. {@code true} is the minimal provenance; empty or
         * {@code false} is none.
         *
         * @throws BuildkitException.InvalidRequestException if the value is malformed or the mode is unknown
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
         * Sets the SBOM attestation, such as {@code generator=IMAGE}. {@code true} is BuildKit's default generator;
         * empty or {@code false} is none.
         *
         * @throws BuildkitException.InvalidRequestException if the value is malformed
         */
        public Builder sbom(String value) throws BuildkitException.InvalidRequestException {
            return attestation("sbom", value, "", "generator=IMAGE");
        }

        private Builder attestation(String type, String value, String whenTrue, String example)
                throws BuildkitException.InvalidRequestException {
            Optional<Boolean> enabled = GoBooleans.parse(value);
            if (enabled.isEmpty()
                    && !value.isEmpty()
                    && !ATTESTATION.matcher(value).matches()) {
                // The client refuses malformed values, because BuildKit ignores them.
                throw new BuildkitException.InvalidRequestException(
                        type + ": '" + value + "' is neither true nor false nor an option; write it as in " + example);
            }
            if (!value.isEmpty() && enabled.orElse(true)) {
                request.option("attest:" + type, enabled.isPresent() ? whenTrue : value);
            }
            return this;
        }

        /**
         * Sets the entitlements that the build requests, such as {@code network.host}. The daemon must allow them, too.
         */
        public Builder entitlements(Collection<String> values) {
            request.entitlements(values);
            return this;
        }

        public Builder sourcePolicy(SourcePolicy value) {
            request.sourcePolicy(value);
            return this;
        }

        /**
         * Sets a frontend other than the daemon's Dockerfile frontend: {@code gateway.v0} with its option
         * {@code source}.
         */
        public Builder frontend(String value) {
            request.frontend(value);
            return this;
        }

        /** Sets options of the frontend for which this builder has no method. */
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
         * @throws BuildkitException.InvalidRequestException if a tag is not an image name, or the type of a destination
         *     is unknown
         */
        public DockerfileBuild build() throws BuildkitException.InvalidRequestException {
            List<Export> exports = new ArrayList<>();
            List<String> names = parsed(tags, text -> ImageName.parse(text).toString());
            for (FileOutput destination : destinations) {
                exports.add(export(destination, names));
            }
            if (image.orElse(!tags.isEmpty())) {
                exports.add(image(names));
            }
            request.exports(exports);
            SourceLocations sources = new SourceLocations(context, dockerfile, dockerfileText, contexts);
            return new DockerfileBuild(request.build(), sources, destinations, tags, platforms);
        }

        private Export export(FileOutput destination, List<String> names)
                throws BuildkitException.InvalidRequestException {
            if (!DESTINATIONS.contains(destination.type())) {
                throw new BuildkitException.InvalidRequestException(
                        "'" + destination.type() + "' is not an output type; write local, tar, oci or docker");
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
            if (push && names.isEmpty()) {
                throw new BuildkitException.InvalidRequestException("an image that is pushed needs a tag");
            }
            Map<String, String> attributes = new HashMap<>(annotations);
            attributes.putAll(imageOptions);
            attributes.put("push", Boolean.toString(push));
            if (byDigest) {
                attributes.put("push-by-digest", "true");
            }
            Export export = new Export("image", attributes);
            return names.isEmpty() ? export : export.withNames(byDigest ? parsed(tags, Builder::withoutTag) : names);
        }

        private static String withoutTag(String text) {
            ImageName image = ImageName.parse(text);
            if (!image.tag().equals("latest") || text.endsWith(":latest")) {
                throw new IllegalArgumentException(
                        "'" + text + "' has a tag, but a push by digest creates none; write '" + image.name() + "'");
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

        /** Reads each text, so that malformed values are never sent to the daemon. */
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
