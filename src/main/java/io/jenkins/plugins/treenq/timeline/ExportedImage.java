// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.ImageContent;
import java.util.List;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * The image of a build in REST.
 *
 * @param names all of them, completed
 * @param reference by content, to be pulled; empty when it was not pushed
 * @param sizeBytes as registries have it; 0 when that is not known
 * @param artifact path of the metadata among the run's artifacts; empty when there is none
 * @param variants one for each platform; none when they are not known
 */
@ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
public record ExportedImage(
        @Exported List<String> names,
        @Exported String reference,
        @Exported List<String> platforms,
        @Exported long sizeBytes,
        @Exported String artifact,
        @Exported List<Variant> variants) {

    /** An image for one platform. */
    @ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
    public record Variant(
            @Exported String platform,
            @Exported String digest,
            @Exported List<Layer> layers,
            @Exported List<Attestation> attestations) {}

    /** @param createdBy the instruction that made it; empty when that is not known */
    @ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
    public record Layer(
            @Exported String digest,
            @Exported long sizeBytes,
            @Exported String createdBy) {}

    /** What is stated about an image, and pushed with it. */
    @ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
    public record Attestation(
            @Exported String predicateType,
            @Exported long sizeBytes,
            @Exported String builder,
            @Exported String source,
            @Exported List<Material> materials) {}

    /** Something that went into an image. */
    @ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
    public record Material(@Exported String uri, @Exported String digest) {}

    @CheckForNull
    static ExportedImage of(@CheckForNull ImageRecord image) {
        return image == null
                ? null
                : new ExportedImage(
                        image.names(),
                        image.reference(),
                        image.platforms(),
                        image.sizeBytes(),
                        image.artifact(),
                        image.content() == null
                                ? List.of()
                                : image.content().variants().stream()
                                        .map(ExportedImage::of)
                                        .toList());
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
