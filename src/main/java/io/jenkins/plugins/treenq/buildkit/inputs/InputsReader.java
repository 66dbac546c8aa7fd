// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.inputs;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.SourcePolicy;
import io.jenkins.plugins.treenq.buildkit.filesync.IgnoreFile;
import io.jenkins.plugins.treenq.buildkit.filesync.SourceContent;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads the inputs of one build and computes their hash. Each input is read once, and what was read is what the build
 * gets: the files in records of their folders, the images by their digests.
 */
final class InputsReader {
    private static final int MAX_TEXT_BYTES = 1 << 20;
    private static final String ARGUMENT = "build-arg:";
    private static final String NAMED = "context:";
    private static final String IMAGE = "docker-image://";
    private static final String LAYOUT = "oci-layout://";
    private static final String LOCAL = "local:";
    private static final String IGNORED = ".dockerignore";

    /** The options that add inputs from elsewhere or that force a new build. */
    private static final Set<String> UNSUPPORTED_OPTIONS =
            Set.of("context", "contextkey", "contextsubdir", "source", "cmdline", "no-cache");

    /** The attributes of an exporter that determine the destination and not the content. */
    private static final Set<String> DESTINATION_ATTRIBUTES =
            Set.of("name", "push", "push-by-digest", "store", "unpack");

    private final BuildRequest request;
    private final Map<String, LocalSource> locals;
    private final Path boundary;
    private final ImageRegistry registry;
    private final Map<String, BuildInputs> results;
    private final FolderHashes folders;
    private final FieldHash hash = new FieldHash();
    private final Set<String> images = new TreeSet<>();

    /** The sources with exactly the files that the hash covers. */
    private final Map<String, LocalSource> recorded = new HashMap<>();

    /** The digests of the images whose names have none. Each is resolved once, because it may change at any time. */
    private final Map<ImageName, Digest> resolved = new LinkedHashMap<>();

    /** Images that no named context replaces: values of named contexts, and frontends. */
    private final Set<String> ownImages = new TreeSet<>();

    /** The names of the contexts that replace images. */
    private final Set<String> replaced = new HashSet<>();

    InputsReader(
            BuildRequest request,
            Map<String, LocalSource> locals,
            Path boundary,
            ImageRegistry registry,
            Map<String, BuildInputs> results,
            FolderHashes folders) {
        this.request = request;
        this.locals = locals;
        this.boundary = boundary;
        this.registry = registry;
        this.results = results;
        this.folders = folders;
    }

    BuildInputs read(Map<String, String> more) throws UnknownInputException, BuildkitException, InterruptedException {
        checkRequest();
        hash.add("more", more);
        hash.add("frontend", request.frontend());
        hash.add("options", options());
        for (Export export : request.exports()) {
            Map<String, String> kept = new TreeMap<>(export.attributes());
            kept.keySet().removeIf(name -> DESTINATION_ATTRIBUTES.contains(name) || name.endsWith(BuildInputs.KEY));
            hash.add("export " + export.type(), kept);
        }
        hash.add("entitlements", String.join(",", new TreeSet<>(request.entitlements())));
        hash.add("proxy", Boolean.toString(request.proxyNetwork()));
        dockerfile();
        namedContexts();
        resolveImages();
        return new BuildInputs(hash.digest(), "", recorded, pins());
    }

    private void checkRequest() throws UnknownInputException {
        if (!request.frontend().equals("dockerfile.v0") || request.definition() != null) {
            throw new UnknownInputException("only builds with the frontend dockerfile.v0 can be compared");
        }
        if (request.sourcePolicy() != null) {
            throw new UnknownInputException("a source policy can replace the images that are named");
        }
        for (String option : request.options().keySet()) {
            if (UNSUPPORTED_OPTIONS.contains(option) || option.startsWith("input:")) {
                throw new UnknownInputException("the inputs that the option '" + option + "' adds are unknown");
            }
        }
    }

    /**
     * Returns the options without those that describe the commit, which only become a part of the provenance, without
     * the capabilities that the frontend must have, and without the hash itself.
     */
    private Map<String, String> options() {
        Map<String, String> options = new TreeMap<>(request.options());
        options.keySet()
                .removeIf(name -> name.startsWith("vcs:")
                        || name.equals(BuildRequest.CAPABILITIES)
                        || name.equals("label:" + BuildInputs.KEY));
        return options;
    }

    private LocalSource local(String name) throws UnknownInputException {
        LocalSource source = locals.get(name);
        if (source == null) {
            throw new UnknownInputException("there is no local folder '" + name + "'");
        }
        return source;
    }

    private SourceContent opened(String name)
            throws UnknownInputException, BuildkitException.ContextUnreadableException {
        return new SourceContent(name, local(name), boundary);
    }

    /** Adds the hash of all files of a local source that the patterns do not exclude. */
    private void addFolder(String field, String name, List<String> excludes, String ignoreFile, byte[] ignored)
            throws UnknownInputException, BuildkitException, InterruptedException {
        SourceContent.Recorded folder = folders.of(name, local(name), boundary, excludes, ignoreFile, ignored);
        hash.add(field, folder.hash().value());
        record(name, folder.source());
    }

    private void record(String name, LocalSource source) throws UnknownInputException {
        if (recorded.put(name, source) != null) {
            throw new UnknownInputException("several contexts have the local folder '" + name + "'");
        }
    }

    private void dockerfile() throws UnknownInputException, BuildkitException, InterruptedException {
        // The option names another source of the Dockerfile. A Dockerfile that is given as text has this option, too.
        String source = request.options().getOrDefault("dockerfilekey", "dockerfile");
        String name = request.options().getOrDefault("filename", "Dockerfile");
        if (name.indexOf('/') >= 0) {
            throw new UnknownInputException("the Dockerfile '" + name + "' is not in the folder of Dockerfiles itself");
        }
        Map<String, byte[]> files = new HashMap<>();
        byte[] own;
        byte[] ignored = null;
        try (SourceContent folder = opened(source);
                SourceContent context = opened("context")) {
            byte[] file = folder.file(name, MAX_TEXT_BYTES)
                    .orElseThrow(() -> new UnknownInputException("there is no Dockerfile '" + name + "'"));
            hash.add("dockerfile", file);
            files.put(name, file);
            imagesOf(new String(file, StandardCharsets.UTF_8));
            own = folder.file(name + IGNORED, MAX_TEXT_BYTES).orElse(null);
            if (own == null) {
                ignored = context.file(IGNORED, MAX_TEXT_BYTES).orElse(null);
            } else {
                files.put(name + IGNORED, own);
            }
        }
        // The frontend reads nothing else from this source.
        record(source, new LocalSource.Files(files));
        byte[] patterns = own != null ? own : ignored != null ? ignored : new byte[0];
        hash.add("ignored", patterns);
        addFolder("context", "context", IgnoreFile.patterns(patterns), own == null ? IGNORED : null, ignored);
    }

    private void imagesOf(String dockerfile) throws UnknownInputException {
        Map<String, String> arguments = new TreeMap<>();
        request.options().forEach((option, value) -> {
            if (option.startsWith(ARGUMENT)) {
                arguments.put(option.substring(ARGUMENT.length()), value);
            }
        });
        images.addAll(DockerfileReferences.images(dockerfile, arguments));
        if (arguments.containsKey("BUILDKIT_SYNTAX")) {
            ownImages.add(DockerfileReferences.frontend(arguments.get("BUILDKIT_SYNTAX")));
        }
    }

    private void namedContexts() throws UnknownInputException, BuildkitException, InterruptedException {
        for (Map.Entry<String, String> option : new TreeMap<>(request.options()).entrySet()) {
            if (!option.getKey().startsWith(NAMED)) {
                continue;
            }
            String name = option.getKey().substring(NAMED.length());
            String value = option.getValue();
            BuildInputs result = results.get(name);
            if (result != null) {
                hash.add(option.getKey(), hashOf(result, value));
            } else if (value.startsWith(LOCAL)) {
                addFolder(option.getKey(), value.substring(LOCAL.length()), List.of(), null, null);
            } else if (value.startsWith(IMAGE)) {
                ownImages.add(value.substring(IMAGE.length()));
            } else if (!value.startsWith(LAYOUT) || !value.contains("@sha256:")) {
                throw new UnknownInputException("the content of the context '" + name + "' may have changed");
            }
            if (!name.contains("::")) {
                replaced.add(name);
            }
        }
    }

    private static String hashOf(BuildInputs result, String origin) throws UnknownInputException {
        if (result.hash() == null) {
            throw new UnknownInputException(origin + " has unknown inputs: " + result.obstacle());
        }
        return result.hash().value();
    }

    /**
     * Returns the name by which BuildKit looks for a context that replaces an image ({@code NamedContext} in
     * {@code frontend/dockerui/config.go}): the familiar name without the tag {@code latest}. A context with another
     * form of the same name has no effect there.
     */
    private static String contextName(String image) {
        try {
            ImageName name = ImageName.parse(image);
            String familiar = name.host().equals("docker.io")
                    ? name.repository().replaceFirst("^library/([^/]+)$", "$1")
                    : name.name();
            return (familiar
                            + (name.tag().isEmpty() ? "" : ":" + name.tag())
                            + (name.digest().isEmpty() ? "" : "@" + name.digest()))
                    .replaceFirst(":latest$", "");
        } catch (IllegalArgumentException e) {
            return image;
        }
    }

    private void resolveImages() throws UnknownInputException, BuildkitException, InterruptedException {
        for (String image : ownImages) {
            hash.add("image " + image, digest(image).value());
        }
        for (String image : images) {
            // A Dockerfile's frontend is among its images, and no context replaces it.
            boolean replaceable = !DockerfileReferences.isFrontend(image);
            String name = contextName(image);
            if (image.equals("scratch")
                    || ownImages.contains(image)
                    || replaceable && results.containsKey(name) && replaced.contains(name)) {
                continue;
            }
            try {
                hash.add("image " + image, digest(image).value());
            } catch (UnknownInputException | BuildkitException.RegistryRefusedException e) {
                if (!replaceable || !replaced.contains(name)) {
                    throw e;
                }
            }
        }
    }

    private Digest digest(String image) throws UnknownInputException, BuildkitException, InterruptedException {
        ImageName name;
        try {
            name = ImageName.parse(image);
        } catch (IllegalArgumentException e) {
            throw new UnknownInputException(e.getMessage());
        }
        if (!name.digest().isEmpty()) {
            return new Digest(name.digest());
        }
        Digest known = resolved.get(name);
        if (known != null) {
            return known;
        }
        Digest current = registry.resolve(name)
                .orElseThrow(() -> new UnknownInputException("there is no image " + name + " in its registry"));
        resolved.put(name, current);
        return current;
    }

    /**
     * Returns the rules that replace the names of images by the digests that the hash covers. A pattern without
     * wildcards matches only the complete name, and never a name with a digest. EXACT would not do: some daemons
     * replace the name by itself then, and others also replace the same name with another digest
     * ({@code sourcepolicy/matcher.go}).
     */
    private SourcePolicy pins() {
        return new SourcePolicy(resolved.entrySet().stream()
                .map(image -> new SourcePolicy.Rule(
                        SourcePolicy.Action.CONVERT,
                        SourcePolicy.Match.WILDCARD,
                        IMAGE + image.getKey(),
                        List.of(),
                        IMAGE + image.getKey() + "@" + image.getValue(),
                        Map.of()))
                .toList());
    }
}
