// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.inputs;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Map;

/**
 * The hash of all inputs of a Dockerfile build, or the reason why there is none. If any input cannot be determined with
 * certainty, there is no hash, and the image has to be built.
 *
 * <p>The hash covers the Dockerfile and its ignore file; every file of the build context that the ignore file does not
 * exclude, with its name, mode and content; all files of local named contexts; the hashes of builds whose results are
 * named contexts; the frontend's options, such as
 * arguments, target, platforms and labels; the exporters' options; and the digests to which the registries resolve, at
 * this time and from this machine, all images that the Dockerfile and the named contexts refer to. The hash does not
 * cover inputs that do not affect the content: modification times, the names of the image, the cache, and the state of
 * the version control system. It also does not cover what this client cannot determine: the values of secrets, what
 * build steps fetch from the network, the effects of a base image's ONBUILD instructions, and the content of the
 * daemon's registry mirrors.
 *
 * @param hash the hash; null if there is none
 * @param obstacle the reason why there is no hash, in one line; empty if there is a hash
 */
public record BuildInputs(Digest hash, String obstacle) implements Serializable {
    /** The key of the annotation or label in which an image has the hash of its inputs. */
    public static final String KEY = "io.jenkins.plugins.treenq.inputs";

    /**
     * Computes the hash. The digests of images are requested from their registries.
     *
     * @param request the build request; whether it contains {@link #KEY} does not affect the hash
     * @param locals the local sources of the build
     * @param boundary the boundary of the folders; see
     *     {@link io.jenkins.plugins.treenq.buildkit.session.SessionContent#boundary}
     * @param images the client for the registries
     * @param more further inputs that the caller knows, such as the daemon's version and its default platform
     */
    public static BuildInputs of(
            BuildRequest request,
            Map<String, LocalSource> locals,
            Path boundary,
            ImageRegistry images,
            Map<String, String> more)
            throws InterruptedException {
        return of(request, locals, boundary, images, more, Map.of(), new FolderHashes());
    }

    /**
     * Computes the hash of a build that uses the results of other builds.
     *
     * @param results the inputs of the builds whose results are named contexts, by the names of the contexts
     * @param folders the hashes of folders, which builds that are compared together share
     */
    public static BuildInputs of(
            BuildRequest request,
            Map<String, LocalSource> locals,
            Path boundary,
            ImageRegistry images,
            Map<String, String> more,
            Map<String, BuildInputs> results,
            FolderHashes folders)
            throws InterruptedException {
        try {
            return new BuildInputs(
                    new InputsReader(request, locals, boundary, images, results, folders).hash(more), "");
        } catch (UnknownInputException | BuildkitException e) {
            return new BuildInputs(null, e.getMessage());
        }
    }

    /** Returns the request with the hash as an annotation of the image. The hash must not be null. */
    public BuildRequest recordedIn(BuildRequest request) {
        return request.withExports(request.exports().stream()
                .map(export -> export.type().equals("image") ? export.with("annotation." + KEY, hash.value()) : export)
                .toList());
    }

    /** Whether an image was built from exactly these inputs, for all of its platforms. */
    public boolean madeOf(ImageDescription image) {
        return hash != null
                && !image.variants().isEmpty()
                && image.variants().stream()
                        .allMatch(variant -> hash.value()
                                        .equals(variant.labels().get(KEY))
                                || hash.value().equals(variant.annotations().get(KEY)));
    }
}
