// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.bake.BakePaths;
import io.jenkins.plugins.treenq.buildkit.content.LayoutIndex;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import io.jenkins.plugins.treenq.buildkit.session.Upload;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Finds the files of one build and describes them to the daemon as buildx does ({@code build/opt.go}). */
final class Preparation {
    private static final String CONTEXT = "context";
    private static final String DOCKERFILE = "dockerfile";
    private static final String IGNORED = ".dockerignore";
    private static final String CONTEXTS = "moby.buildkit.frontend.contexts";
    private static final String GIT_QUERY = "moby.buildkit.frontend.gitquerystring";
    private static final String FORWARDED = "+forward";

    private final DockerfileBuild build;
    private final SourceLocations sources;
    private final Workspace workspace;
    private final Map<String, String> options = new HashMap<>();
    private final Map<String, LocalSource> locals = new HashMap<>();
    private final Map<Integer, Output> outputs = new HashMap<>();
    private final Map<String, Path> layouts = new HashMap<>();
    private final Map<String, Upload> uploads = new HashMap<>();
    private final OutputPaths places = new OutputPaths();

    Preparation(DockerfileBuild build, Workspace workspace) {
        this.build = build;
        this.sources = build.sources();
        this.workspace = workspace;
    }

    PreparedBuild prepare() throws BuildkitException.InvalidRequestException {
        Path folder = context();
        dockerfile(folder);
        int layoutNumber = 0;
        for (Map.Entry<String, String> context : new TreeMap<>(sources.contexts()).entrySet()) {
            options.put("context:" + context.getKey(), named(context.getKey(), context.getValue(), layoutNumber++));
        }
        for (int i = 0; i < build.destinations().size(); i++) {
            outputs.put(
                    i,
                    output(
                            build.destinations().get(i),
                            build.request().exports().get(i)));
        }
        for (CacheEntry entry : build.request().cacheImports()) {
            localCache(entry, "src", places::addCacheImport);
        }
        for (CacheEntry entry : build.request().cacheExports()) {
            localCache(entry, "dest", places::addCacheExport);
        }
        return new PreparedBuild(request(), locals, outputs, layouts, uploads, workspace.boundary());
    }

    /**
     * Returns the request. As with buildx, a Dockerfile's frontend that does not support named contexts, or the query
     * of a Git repository's address, refuses the build instead of building something else.
     */
    private BuildRequest request() {
        BuildRequest request = build.request().withOptions(options);
        if (!request.frontend().equals(DockerfileBuild.FRONTEND)) {
            return request;
        }
        if (!sources.contexts().isEmpty()) {
            request = request.withCapability(CONTEXTS + FORWARDED);
        }
        if (hasQuery(sources.context())) {
            request = request.withCapability(GIT_QUERY);
        }
        if (sources.contexts().values().stream().anyMatch(Preparation::hasQuery)) {
            request = request.withCapability(GIT_QUERY + FORWARDED);
        }
        return request;
    }

    private static boolean hasQuery(String context) {
        return BakePaths.isRepository(context)
                && context.replaceFirst("(?s)#.*", "").indexOf('?') >= 0;
    }

    /** Returns the folder of the build context; null if the context is not a folder on the client's machine. */
    private Path context() throws BuildkitException.InvalidRequestException {
        if (sources.isRemote()) {
            options.put(CONTEXT, sources.context());
            return null;
        }
        if (sources.context().equals(".") && !sources.dockerfileText().isEmpty() && !workspace.exists()) {
            // The workspace does not exist, and the Dockerfile is given as text, so that the context is empty.
            locals.put(CONTEXT, new LocalSource.Files(Map.of()));
            return null;
        }
        Path context = workspace.existing(sources.context(), CONTEXT);
        if (Files.isDirectory(context)) {
            requireRegular(context.resolve(IGNORED), "the ignore file");
            locals.put(CONTEXT, new LocalSource.Folder(context));
            return context;
        }
        if (!Files.isRegularFile(context)) {
            throw new BuildkitException.InvalidRequestException(
                    "context '" + context + "' is neither a folder nor an archive");
        }
        String name = UUID.randomUUID().toString();
        RootedPath archive = new RootedPath(context, workspace.boundary());
        uploads.put(name, () -> Channels.newInputStream(archive.read()));
        options.put(CONTEXT, Upload.address(name));
        return null;
    }

    private void dockerfile(Path context) throws BuildkitException.InvalidRequestException {
        if (!sources.dockerfileText().isEmpty()) {
            byte[] text = sources.dockerfileText().getBytes(StandardCharsets.UTF_8);
            locals.put(DOCKERFILE, new LocalSource.Files(Map.of("Dockerfile", text)));
            // Without this option, the frontend would look for the Dockerfile in the context, which may not be a
            // folder.
            options.put("dockerfilekey", DOCKERFILE);
            options.put("filename", "Dockerfile");
        } else if (sources.dockerfileOfClient() != null) {
            localDockerfile(workspace.existing(".", "the current folder"), sources.dockerfileOfClient());
            options.put("dockerfilekey", DOCKERFILE);
        } else if (context == null) {
            options.put("filename", sources.dockerfile());
        } else if (build.request().frontend().equals(DockerfileBuild.FRONTEND)) {
            localDockerfile(context, sources.dockerfile());
        } else {
            // A custom frontend may not need a file of that name at all.
            requireRegular(context.resolve(sources.dockerfile()), "Dockerfile");
            locals.put(DOCKERFILE, new LocalSource.Folder(context));
            options.put("filename", sources.dockerfile());
        }
    }

    private void localDockerfile(Path base, String written) throws BuildkitException.InvalidRequestException {
        String dockerfile = spelled(base, written);
        Path file = workspace.existing(base, dockerfile, "Dockerfile");
        if (!Files.isRegularFile(file)) {
            throw new BuildkitException.InvalidRequestException("Dockerfile '" + file + "' is not a file");
        }
        try {
            // For an empty file, the frontend fails with an obscure message about an image without layers.
            if (Files.size(file) == 0) {
                throw new BuildkitException.InvalidRequestException("Dockerfile '" + file + "' is empty");
            }
        } catch (IOException e) {
            throw new BuildkitException.InvalidRequestException(
                    "Dockerfile '" + file + "' cannot be read: " + FileErrors.reason(e), e);
        }
        // The folder is that of the name that the user wrote, even if a link leads to a file elsewhere, because the
        // ignore file is beside that name.
        Path named = base.resolve(dockerfile);
        Path folder = workspace.existing(named.resolveSibling(""), "the Dockerfile's folder");
        String name = String.valueOf(named.getFileName());
        requireRegular(folder.resolve(name + IGNORED), "the ignore file");
        locals.put(DOCKERFILE, new LocalSource.Folder(folder));
        options.put("filename", name);
    }

    /** Returns the path with the name {@code dockerfile}, if that file exists and {@code Dockerfile} does not. */
    private String spelled(Path base, String dockerfile) throws BuildkitException.InvalidRequestException {
        String lower = dockerfile.replaceFirst("(?<![^/])Dockerfile$", "dockerfile");
        return !workspace.has(base, dockerfile, "Dockerfile") && workspace.has(base, lower, "Dockerfile")
                ? lower
                : dockerfile;
    }

    /**
     * Requires a regular file if the file exists. The daemon would create a copy of a FIFO, and the frontend would wait
     * forever for a writer.
     */
    private static void requireRegular(Path file, String what) throws BuildkitException.InvalidRequestException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new BuildkitException.InvalidRequestException(what + " '" + file + "' is not a file");
        }
    }

    private String named(String name, String value, int number) throws BuildkitException.InvalidRequestException {
        if (value.startsWith("docker-image://") || TargetLinks.isTarget(value) || SourceLocations.isRemote(value)) {
            return value;
        }
        if (LayoutAddress.isOne(value)) {
            return layout(LayoutAddress.parse(value), "layout" + number);
        }
        Path folder = workspace.existing(value, "the context '" + name + "'");
        if (!Files.isDirectory(folder)) {
            throw new BuildkitException.InvalidRequestException(
                    "the context '" + name + "' ('" + folder + "') is not a folder");
        }
        requireRegular(folder.resolve(IGNORED), "the ignore file");
        String local = name.equals(CONTEXT) || name.equals(DOCKERFILE) ? "_" + name : name;
        locals.put(local, new LocalSource.Folder(folder));
        return "local:" + local;
    }

    /**
     * Returns the OCI layout in the form that the daemon expects, with a digest instead of a tag. The layout's index
     * has the digest of the tag. Without a tag, it is that of {@code latest}, or else of the only image, as with
     * buildx.
     */
    private String layout(LayoutAddress address, String id) throws BuildkitException.InvalidRequestException {
        Path layout = workspace.existing(address.folder(), "OCI layout");
        try {
            Digest digest = address.digest().isEmpty() ? digest(layout, address.tag()) : new Digest(address.digest());
            layouts.put("oci:" + id, layout);
            return LayoutAddress.PREFIX + id + "@" + digest.value();
        } catch (IOException | IllegalArgumentException e) {
            throw new BuildkitException.InvalidRequestException(
                    "OCI layout '" + layout + "' cannot be read: "
                            + (e instanceof IOException file ? FileErrors.fileAndReason(file) : e.getMessage()),
                    e);
        }
    }

    private Digest digest(Path layout, String tag) throws IOException, BuildkitException.InvalidRequestException {
        LayoutIndex index = new LayoutIndex(new RootedPath(layout, workspace.boundary()));
        Optional<Digest> digest = tag.isEmpty() ? index.untagged() : index.find(tag);
        return digest.orElseThrow(() -> new BuildkitException.InvalidRequestException("OCI layout '" + layout
                + (tag.isEmpty()
                        ? "' has no image 'latest' and not exactly one image; name one as in oci-layout://FOLDER:TAG"
                        : "' has no image '" + tag + "'")));
    }

    private Output output(FileOutput destination, Export export) throws BuildkitException.InvalidRequestException {
        Path path = workspace.writable(destination.path(), "output");
        places.addOutput(destination.path(), path);
        if (destination.type().equals("local")) {
            return new Output.Folder(path);
        }
        if (!ResultReceiver.isArchive(export)) {
            return new Output.Layout(path);
        }
        RootedPath file = new RootedPath(path, workspace.boundary());
        return new Output.Stream(() -> Channels.newOutputStream(file.write()));
    }

    private interface CachePath {
        void add(String name, Path path) throws BuildkitException.InvalidRequestException;
    }

    private void localCache(CacheEntry entry, String key, CachePath cachePath)
            throws BuildkitException.InvalidRequestException {
        String path = entry.attributes().get(key);
        if (entry.type().equals("local") && path != null) {
            Path folder = workspace.writable(path, "local cache");
            cachePath.add(path, folder);
            layouts.put("local:" + path, folder);
        }
    }
}
