// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.ImageContent;
import java.util.List;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * The image of a build in the REST API.
 *
 * @param names all complete names of the image
 * @param reference name with the digest, by which the image can be pulled; empty if the image was not pushed
 * @param sizeBytes compressed size of the image; 0 if it is unknown
 * @param artifact path of the metadata among the run's artifacts; empty if there is none
 * @param variants the images for the individual platforms; empty if they are unknown
 */
@ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
public record ExportedImage(
        @Exported List<String> names,
        @Exported String reference,
        @Exported List<String> platforms,
        @Exported long sizeBytes,
        @Exported String artifact,
        @Exported List<Variant> variants) {

    /** The image for one platform. */
    @ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
    public record Variant(
            @Exported String platform,
            @Exported String digest,
            @Exported List<Layer> layers,
            @Exported List<Attestation> attestations) {}

    /**
     * A layer of an image.
     *
     * @param createdBy the instruction that created the layer; empty if it is unknown
     */
    @ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
    public record Layer(
            @Exported String digest,
            @Exported long sizeBytes,
            @Exported String createdBy) {}

    /** An attestation that is stored with the image. */
    @ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
    public record Attestation(
            @Exported String predicateType,
            @Exported long sizeBytes,
            @Exported String builder,
            @Exported String source,
            @Exported List<Material> materials) {}

    /** A source of an image, such as a base image. */
    @ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
    public record Material(@Exported String uri, @Exported String digest) {}

    @CheckForNull
    static ExportedImage of(@CheckForNull ImageRecord image) {
        if (image == null) {
            return null;
        }
        ImageContent content = image.content();
        return new ExportedImage(
                image.names(),
                image.reference(),
                image.platforms(),
                image.sizeBytes(),
                image.artifact(),
                content == null
                        ? List.of()
                        : content.variants().stream().map(ExportedImage::of).toList());
    }

    private static Variant of(ImageContent.Variant variant) {
        return new Variant(
                variant.platform(),
                variant.digest().value(),
                variant.layers().stream()
                        .map(layer -> new Layer(layer.digest().value(), layer.sizeBytes(), layer.createdBy()))
                        .toList(),
                variant.attestations().stream()
                        .map(attested -> new Attestation(
                                attested.predicateType(),
                                attested.sizeBytes(),
                                attested.builder(),
                                attested.source(),
                                attested.materials().stream()
                                        .map(material -> new Material(material.uri(), material.digest()))
                                        .toList()))
                        .toList());
    }
}
