// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.inputs;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.SourcePolicy;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The hash of all inputs of a Dockerfile build, or the reason why there is none. If any input cannot be determined with
 * certainty, there is no hash, and the image has to be built.
 *
 * <p>A build whose image records the hash must have exactly these inputs, although files and tags may change before the
 * daemon fetches them. The build therefore gets the {@link #locals}, which are the recorded files, and
 * {@link #recordedIn} replaces the names of images by their digests.
 *
 * <p>The hash covers the Dockerfile and its ignore file; every file of the build context that the ignore file does not
 * exclude, with its name, mode and content; all files of local named contexts; the hashes of builds whose results are
 * named contexts; the frontend's options, such as
 * arguments, target, platforms and labels; the exporters' options; and the digests to which the registries resolve, at
 * this time and from this machine, all images that the Dockerfile and the named contexts refer to. The hash does not
 * cover inputs that do not affect the content: modification times, the names of the image, the cache, and the state of
 * the version control system. It also does not cover what this client cannot determine: the values of secrets, what
 * build steps fetch from the network, and the effects of a base image's ONBUILD instructions.
 *
 * @param hash the hash; null if there is none
 * @param obstacle the reason why there is no hash, in one line; empty if there is a hash
 * @param locals the local sources with exactly the files that the hash covers; empty if there is no hash
 * @param pins the rules that replace the names of images by the digests that the hash covers
 */
public record BuildInputs(Digest hash, String obstacle, Map<String, LocalSource> locals, SourcePolicy pins) {
    /** The key of the annotation or label in which an image has the hash of its inputs. */
    public static final String KEY = "io.jenkins.plugins.treenq.inputs";

    public BuildInputs {
        locals = Map.copyOf(locals);
    }

    /** Creates inputs without files and images. */
    BuildInputs(Digest hash, String obstacle) {
        this(hash, obstacle, Map.of(), new SourcePolicy(List.of()));
    }

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
            return new InputsReader(request, locals, boundary, images, results, folders).read(more);
        } catch (UnknownInputException | BuildkitException e) {
            return new BuildInputs(null, e.getMessage());
        }
    }

    /**
     * Returns the request of a build that has these inputs, if it is given the {@link #locals}, too. The hash must not
     * be null.
     */
    public BuildRequest usedIn(BuildRequest request) {
        return pins.rules().isEmpty() ? request : request.withSourcePolicy(pins);
    }

    /** Returns the request like {@link #usedIn}, with the hash as an annotation of the image. */
    public BuildRequest recordedIn(BuildRequest request) {
        return usedIn(request)
                .withExports(request.exports().stream()
                        .map(export ->
                                export.type().equals("image") ? export.with("annotation." + KEY, hash.value()) : export)
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
