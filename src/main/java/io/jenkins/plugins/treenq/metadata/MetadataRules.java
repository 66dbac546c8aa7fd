// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** The parsed and validated rules for tags, labels and annotations. */
public final class MetadataRules {
    private static final String DEFAULT_LEVEL = "manifest";
    private static final Pattern LEVEL =
            Pattern.compile("(?:manifest|index|manifest-descriptor|index-descriptor)(?:\\[[A-Za-z0-9_./-]++])?");

    private final List<BaseImage> images;
    private final List<TagRule> tags;
    private final Flavor flavor;
    private final List<String> labels;
    private final List<String> annotations;
    private final List<String> annotationLevels;
    private final UnaryOperator<String> variables;

    private MetadataRules(Builder builder) {
        images = BaseImage.parse(builder.images, builder.variables);
        tags = TagRule.parse(builder.tags, builder.variables);
        flavor = Flavor.parse(builder.flavor, builder.variables);
        labels = templates(builder.labels);
        annotations = templates(builder.annotations);
        annotationLevels = levels(builder.annotationLevels, builder.variables);
        variables = builder.variables;
    }

    public static Builder builder() {
        return new Builder();
    }

    private static List<String> templates(List<String> texts) {
        List<String> lines = RuleLines.withoutComments(texts.stream());
        lines.forEach(line -> Template.parse(line, TemplateNames.GLOBAL));
        return lines;
    }

    private static List<String> levels(List<String> texts, UnaryOperator<String> variables) {
        List<String> levels = texts.stream()
                .flatMap(text -> Arrays.stream(text.split("[,\\n]")))
                .map(variables)
                .map(String::strip)
                .filter(level -> !level.isEmpty())
                .distinct()
                .toList();
        levels.stream()
                .filter(level -> !LEVEL.matcher(level).matches())
                .findFirst()
                .ifPresent(level -> {
                    throw new InvalidRuleException("Annotations cannot be put on '" + level
                            + "'. They can be put on manifest, index, manifest-descriptor and index-descriptor.");
                });
        return levels.isEmpty() ? List.of(DEFAULT_LEVEL) : levels;
    }

    /**
     * Applies the rules to a build.
     *
     * @throws InvalidRuleException if the result of a rule is not a valid tag
     */
    public ImageMetadata apply(BuildOrigin origin) {
        TagEvaluation evaluation = new TagEvaluation(origin, flavor, variables);
        List<String> names = evaluation.tagNames(tags);
        List<String> warnings = new ArrayList<>(evaluation.warnings());
        String version = names.isEmpty() ? null : names.get(0);
        OriginValues values = new OriginValues(origin);
        return new ImageMetadata(
                version,
                names,
                tags(names),
                assignments(labels, "label", origin, version, values, warnings),
                assignments(annotations, "annotation", origin, version, values, warnings),
                annotationLevels,
                warnings);
    }

    private List<String> tags(List<String> names) {
        List<String> enabled = images.stream()
                .filter(BaseImage::enabled)
                .map(BaseImage::lowerCaseName)
                .toList();
        return images.isEmpty()
                ? names
                : enabled.stream()
                        .flatMap(image -> names.stream().map(name -> image + ":" + name))
                        .toList();
    }

    /**
     * Returns the values for the keys that the OCI specification defines, and the given values, which take precedence.
     */
    private SortedMap<String, String> assignments(
            List<String> given,
            String kind,
            BuildOrigin origin,
            String version,
            OriginValues values,
            List<String> warnings) {
        SortedMap<String, String> result = new TreeMap<>();
        BiConsumer<String, String> known = (name, value) -> {
            if (value != null) {
                result.put("org.opencontainers.image." + name, value);
            }
        };
        Repository repository = origin.repository();
        known.accept("title", repository.title());
        known.accept("description", repository.description());
        known.accept("url", repository.url());
        known.accept("source", repository.source());
        known.accept("licenses", repository.licenses());
        known.accept("version", version);
        known.accept("created", values.iso(origin.date()));
        known.accept("revision", origin.commit().isEmpty() ? null : origin.commit());
        for (String text : given) {
            Template.Assignment assignment =
                    Template.parse(text, TemplateNames.GLOBAL).assignment();
            String name = assignment == null ? "" : assignment.name().evaluate(values, variables);
            if (assignment == null || name.isEmpty()) {
                warnings.add("The " + kind + " '" + text + "' is omitted, because it is not of the form NAME=value.");
            } else {
                result.put(name, assignment.value().evaluate(values, variables));
            }
        }
        return result;
    }

    /**
     * Builder of {@link MetadataRules}. A text can contain several rules, one on each line, except for labels and
     * annotations.
     */
    public static final class Builder {
        private List<String> images = List.of();
        private List<String> tags = List.of();
        private List<String> flavor = List.of();
        private List<String> labels = List.of();
        private List<String> annotations = List.of();
        private List<String> annotationLevels = List.of();
        private UnaryOperator<String> variables = UnaryOperator.identity();

        private Builder() {}

        /** @param value names of the images that get the tags */
        public Builder images(List<String> value) {
            images = value;
            return this;
        }

        public Builder tags(List<String> value) {
            tags = value;
            return this;
        }

        public Builder flavor(List<String> value) {
            flavor = value;
            return this;
        }

        /** @param value labels of the form {@code NAME=value} */
        public Builder labels(List<String> value) {
            labels = value;
            return this;
        }

        /** @param value annotations of the form {@code NAME=value} */
        public Builder annotations(List<String> value) {
            annotations = value;
            return this;
        }

        /** @param value levels such as {@code index}; {@code manifest} is the default */
        public Builder annotationLevels(List<String> value) {
            annotationLevels = value;
            return this;
        }

        /**
         * Sets what expands variables. A rule is parsed before its variables are expanded, so that the value of a
         * variable is always text and adds neither attributes nor expressions to the rule. Regular expressions have no
         * variables.
         */
        public Builder variables(UnaryOperator<String> value) {
            variables = value;
            return this;
        }

        /** @throws InvalidRuleException if a rule is invalid */
        public MetadataRules build() {
            return new MetadataRules(this);
        }
    }
}
