// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageContent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The limits of a timeline's values other than its steps, whether an agent sent them or they are read from the disk. As
 * with {@link ProgressLimits}, the controller trusts neither of them: Java and Gson do not check the types of the
 * elements of a list.
 */
public final class RecordLimits {
    private static final int MOST_NAMES = 500;

    /** The maximum number of phases. A build that is repeated can enter the same phases several times. */
    static final int MOST_MARKS = 100;

    private int layers;
    private int attestations;
    private int materials;

    private RecordLimits() {}

    /**
     * Returns a copy of a source with checked types and bounded sizes.
     *
     * @throws IllegalArgumentException if a value is missing or has a wrong type
     */
    @CheckForNull
    static BuildSource checked(@CheckForNull BuildSource source) {
        if (source == null) {
            return null;
        }
        List<BuildSource.Argument> arguments = list(source.arguments(), BuildSource.MOST_ARGUMENTS, each -> {
            BuildSource.Argument argument = as(BuildSource.Argument.class, each);
            return new BuildSource.Argument(
                    text(argument.name(), BuildSource.LONGEST_NAME), text(argument.value(), BuildSource.LONGEST_VALUE));
        });
        return new BuildSource(
                text(source.file(), BuildSource.LONGEST_NAME),
                text(source.text(), BuildSource.MOST_TEXT_CHARS),
                source.clipped()
                        || source.text().length() > BuildSource.MOST_TEXT_CHARS
                        || source.arguments().size() > BuildSource.MOST_ARGUMENTS,
                arguments);
    }

    /**
     * Returns a copy of an image's content with checked types and bounded sizes.
     *
     * @throws IllegalArgumentException if a value is missing or has a wrong type
     */
    @CheckForNull
    public static ImageContent checked(@CheckForNull ImageContent content) {
        return content == null ? null : new RecordLimits().content(content);
    }

    /**
     * Returns a copy of an image with checked types and bounded sizes.
     *
     * @throws IllegalArgumentException if a value is missing or has a wrong type
     */
    @CheckForNull
    static ImageRecord checked(@CheckForNull ImageRecord image) {
        return image == null
                ? null
                : new ImageRecord(
                        list(image.names(), MOST_NAMES, RecordLimits::text),
                        text(image.reference()),
                        list(image.platforms(), ImageContent.MOST_VARIANTS, RecordLimits::text),
                        Math.max(0, image.sizeBytes()),
                        text(image.artifact()),
                        checked(image.content()));
    }

    /**
     * Returns a copy of a build's phases with checked types and a bounded number.
     *
     * @throws IllegalArgumentException if a value has a wrong type
     */
    static List<Timeline.Mark> checked(@CheckForNull List<Timeline.Mark> marks) {
        return marks == null
                ? List.of()
                : list(marks, MOST_MARKS, each -> {
                    Timeline.Mark mark = as(Timeline.Mark.class, each);
                    return new Timeline.Mark(
                            as(BuildPhase.class, mark.phase()),
                            Objects.requireNonNull(ProgressLimits.time(mark.time())));
                });
    }

    private ImageContent content(ImageContent content) {
        return new ImageContent(list(content.variants(), ImageContent.MOST_VARIANTS, each -> {
            ImageContent.Variant variant = as(ImageContent.Variant.class, each);
            return new ImageContent.Variant(
                    text(variant.platform()),
                    digest(variant.digest()),
                    list(variant.layers(), ImageContent.MOST_LAYERS - layers, this::layer),
                    list(variant.attestations(), ImageContent.MOST_ATTESTATIONS - attestations, this::attested));
        }));
    }

    private ImageContent.Layer layer(Object item) {
        layers++;
        ImageContent.Layer layer = as(ImageContent.Layer.class, item);
        return new ImageContent.Layer(digest(layer.digest()), Math.max(0, layer.sizeBytes()), text(layer.createdBy()));
    }

    private ImageContent.Attested attested(Object item) {
        attestations++;
        ImageContent.Attested attested = as(ImageContent.Attested.class, item);
        return new ImageContent.Attested(
                text(attested.predicateType()),
                Math.max(0, attested.sizeBytes()),
                text(attested.builder()),
                text(attested.source()),
                list(attested.materials(), ImageContent.MOST_MATERIALS - materials, each -> {
                    materials++;
                    ImageContent.Material material = as(ImageContent.Material.class, each);
                    return new ImageContent.Material(text(material.uri()), text(material.digest()));
                }));
    }

    /** Creates the digest again, because Gson accepts any text as a digest. */
    private static Digest digest(@CheckForNull Digest digest) {
        return new Digest(as(String.class, as(Digest.class, digest).value()));
    }

    private static String text(@CheckForNull Object text) {
        return text(text, ImageContent.LONGEST_TEXT);
    }

    private static String text(@CheckForNull Object item, int longest) {
        String text = as(String.class, item);
        return text.length() > longest ? text.substring(0, longest) : text;
    }

    private static <T> List<T> list(@CheckForNull List<?> items, int most, Function<Object, T> copy) {
        if (items == null) {
            throw new IllegalArgumentException("a list is missing");
        }
        List<T> copies = new ArrayList<>();
        Stream<?> some = items.stream().limit(Math.max(0, most));
        some.forEach(item -> copies.add(copy.apply(item)));
        return copies;
    }

    private static <T> T as(Class<T> type, @CheckForNull Object value) {
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    value == null
                            ? "a value is missing"
                            : "there is a " + value.getClass().getName());
        }
        return type.cast(value);
    }
}
