// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.inputs;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.filesync.IgnoreFile;
import io.jenkins.plugins.treenq.buildkit.filesync.SourceContent;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads the inputs of one build and computes their hash. Each input is read once. */
final class InputsReader {
    private static final int MAX_TEXT_BYTES = 1 << 20;
    private static final String ARGUMENT = "build-arg:";
    private static final String NAMED = "context:";
    private static final String IMAGE = "docker-image://";
    private static final String LAYOUT = "oci-layout://";
    private static final String LOCAL = "local:";

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

    Digest hash(Map<String, String> more) throws UnknownInputException, BuildkitException, InterruptedException {
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
        return hash.digest();
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
    private void addFolder(String field, String name, List<String> excludes)
            throws UnknownInputException, BuildkitException, InterruptedException {
        hash.add(field, folders.of(name, local(name), boundary, excludes).value());
    }

    private void dockerfile() throws UnknownInputException, BuildkitException, InterruptedException {
        // The option names another source of the Dockerfile. A Dockerfile that is given as text has this option, too.
        byte[] ignored;
        try (SourceContent folder = opened(request.options().getOrDefault("dockerfilekey", "dockerfile"));
                SourceContent context = opened("context")) {
            String name = request.options().getOrDefault("filename", "Dockerfile");
            byte[] file = folder.file(name, MAX_TEXT_BYTES)
                    .orElseThrow(() -> new UnknownInputException("there is no Dockerfile '" + name + "'"));
            hash.add("dockerfile", file);
            imagesOf(new String(file, StandardCharsets.UTF_8));
            Optional<byte[]> own = folder.file(name + ".dockerignore", MAX_TEXT_BYTES);
            ignored = (own.isPresent() ? own : context.file(".dockerignore", MAX_TEXT_BYTES)).orElse(new byte[0]);
        }
        hash.add("ignored", ignored);
        addFolder("context", "context", IgnoreFile.patterns(ignored));
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
                addFolder(option.getKey(), value.substring(LOCAL.length()), List.of());
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
        return name.digest().isEmpty()
                ? registry.resolve(name)
                        .orElseThrow(() -> new UnknownInputException("there is no image " + name + " in its registry"))
                : new Digest(name.digest());
    }
}
