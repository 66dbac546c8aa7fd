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
 * One hash of all that goes into a build of a Dockerfile, or why there is none: as soon as something cannot be known
 * for sure, nothing is said, and the image has to be built.
 *
 * <p>In the hash: the Dockerfile and its ignore file; every file of the context that the ignore file leaves in, with
 * name, mode and content; all files of local named contexts; the frontend's options, so arguments, target, platforms,
 * labels; how the image is exported; and the digests that registries give, at this time and from here, for all images
 * that the Dockerfile and named contexts name. Not in it, because they say nothing of the content: modification times,
 * the image's own names, cache, the state of a version control system. Not in it, because it cannot be seen from here:
 * values of secrets, what steps fetch from the network, what a base image's ONBUILD brings, what a mirror of the daemon
 * says.
 *
 * @param hash null when there is none
 * @param obstacle why not, in a line; empty when there is a hash
 */
public record BuildInputs(Digest hash, String obstacle) implements Serializable {
    /** By which an image carries the hash, as an annotation of its manifests or as a label. */
    public static final String KEY = "io.jenkins.plugins.treenq.inputs";

    /**
     * Reads all inputs, and asks registries for the images among them.
     *
     * @param request of the build; whether {@link #KEY} is in it already makes no difference
     * @param locals that the build may use
     * @param boundary of their folders; see {@link io.jenkins.plugins.treenq.buildkit.session.SessionContent#boundary}
     * @param more inputs that the caller knows of, such as the daemon's version and its own platform
     */
    public static BuildInputs of(
            BuildRequest request,
            Map<String, LocalSource> locals,
            Path boundary,
            ImageRegistry images,
            Map<String, String> more)
            throws InterruptedException {
        try {
            return new BuildInputs(new InputsReader(request, locals, boundary, images).hash(more), "");
        } catch (UnknownInputException | BuildkitException e) {
            return new BuildInputs(null, e.getMessage());
        }
    }

    /** The same build, whose image carries the hash, which there is. */
    public BuildRequest recordedIn(BuildRequest request) {
        return request.withExports(request.exports().stream()
                .map(export -> export.type().equals("image") ? export.with("annotation." + KEY, hash.value()) : export)
                .toList());
    }

    /** Whether an image was built of exactly these, on all its platforms. */
    public boolean madeOf(ImageDescription image) {
        return hash != null
                && !image.variants().isEmpty()
                && image.variants().stream()
                        .allMatch(variant -> hash.value()
                                        .equals(variant.labels().get(KEY))
                                || hash.value().equals(variant.annotations().get(KEY)));
    }
}
