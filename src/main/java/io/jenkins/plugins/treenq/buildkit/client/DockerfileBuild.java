// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.Platform;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A build of a Dockerfile as people describe it, and its translation into the terms of the daemon's Dockerfile frontend
 * (BuildKit's {@code frontend/dockerui/config.go}).
 *
 * @param dockerfile path, relative to the context
 * @param target stage to build, empty for the last one
 * @param buildArgs values of {@code ARG}
 * @param labels to put on the image
 * @param platforms such as {@code linux/amd64}; empty for the worker's own
 * @param tags names of the image; empty when the build is only checked or pushed nowhere
 * @param pull ask registries for newer base images
 * @param noCache run every step again
 * @param push the tags to their registries
 */
public record DockerfileBuild(
        String dockerfile,
        String target,
        Map<String, String> buildArgs,
        Map<String, String> labels,
        List<String> platforms,
        List<String> tags,
        boolean pull,
        boolean noCache,
        boolean push)
        implements Serializable {

    public DockerfileBuild {
        buildArgs = Map.copyOf(buildArgs);
        labels = Map.copyOf(labels);
        platforms = List.copyOf(platforms);
        tags = List.copyOf(tags);
    }

    /**
     * The request for the daemon.
     *
     * @param ref names the build in the daemon
     * @throws BuildkitException.InvalidRequest when a tag or a platform is none, or there is nothing to push
     */
    public BuildRequest request(String ref) throws BuildkitException.InvalidRequest {
        BuildRequest.Builder request = BuildRequest.builder().ref(ref);
        request.option("filename", dockerfileName().getFileName().toString());
        if (!target.isEmpty()) {
            request.option("target", target);
        }
        buildArgs.forEach((name, value) -> request.option("build-arg:" + name, value));
        labels.forEach((name, value) -> request.option("label:" + name, value));
        if (!platforms.isEmpty()) {
            request.option("platform", joined(platforms, Platform::parse));
        }
        if (pull) {
            request.option("image-resolve-mode", "pull");
        }
        if (noCache) {
            request.option("no-cache", "");
        }
        if (!tags.isEmpty()) {
            request.exports(List.of(new Export(
                    "image",
                    Map.of("name", joined(tags, ImageName::parse), "push", Boolean.toString(push)))));
        }
        return request.build();
    }

    /**
     * The trees of files that the daemon may fetch: the context, and the folder of the Dockerfile.
     *
     * @param context an existing folder
     * @param boundary an ancestor of the context that the Dockerfile may not lie outside of, links resolved
     * @throws BuildkitException.InvalidRequest when one of them is missing, no folder or file, or outside
     */
    public Map<String, LocalSource> locals(Path context, Path boundary) throws BuildkitException.InvalidRequest {
        Path folder = within(context, boundary, "context");
        if (!Files.isDirectory(folder)) {
            throw new BuildkitException.InvalidRequest("context '" + context + "' is not a folder");
        }
        Path file = within(folder.resolve(dockerfileName()), boundary, "Dockerfile");
        if (!Files.isRegularFile(file)) {
            throw new BuildkitException.InvalidRequest("Dockerfile '" + file + "' is not a file");
        }
        // The frontend takes an empty file for an image without layers only to fail with an obscure line.
        if (sizeOf(file) == 0) {
            throw new BuildkitException.InvalidRequest("Dockerfile '" + file + "' is empty");
        }
        Path parent = folder.resolve(dockerfileName()).normalize().getParent();
        return Map.of("context", new LocalSource.Folder(folder), "dockerfile", new LocalSource.Folder(parent));
    }

    private Path dockerfileName() throws BuildkitException.InvalidRequest {
        try {
            Path path = Path.of(dockerfile);
            if (path.getFileName() == null || path.getFileName().toString().isEmpty()) {
                throw new BuildkitException.InvalidRequest("'" + dockerfile + "' does not name a Dockerfile");
            }
            return path;
        } catch (InvalidPathException e) {
            throw new BuildkitException.InvalidRequest("'" + dockerfile + "' cannot be a path: " + e.getReason());
        }
    }

    private static Path within(Path path, Path boundary, String what) throws BuildkitException.InvalidRequest {
        try {
            Path real = path.toRealPath();
            if (!real.startsWith(boundary.toRealPath())) {
                throw new BuildkitException.InvalidRequest(what + " '" + path + "' is outside of '" + boundary + "'");
            }
            return real;
        } catch (IOException e) {
            throw new BuildkitException.InvalidRequest(
                    what + " '" + path + "' is not there; check the path and whether the sources were checked out", e);
        }
    }

    private static long sizeOf(Path file) throws BuildkitException.InvalidRequest {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new BuildkitException.InvalidRequest("Dockerfile '" + file + "' cannot be read", e);
        }
    }

    private interface Reader {
        Object read(String text);
    }

    /** Comma separated, each one read first so that what is malformed never reaches the daemon. */
    private static String joined(List<String> texts, Reader reader) throws BuildkitException.InvalidRequest {
        try {
            return texts.stream().map(text -> reader.read(text).toString()).collect(Collectors.joining(","));
        } catch (IllegalArgumentException e) {
            throw new BuildkitException.InvalidRequest(e.getMessage());
        }
    }
}
