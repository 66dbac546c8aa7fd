// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * The name of an image that gets the tags.
 *
 * @param name name without a tag
 * @param enabled whether the name is used
 */
public record BaseImage(String name, boolean enabled) {
    /**
     * @param texts names of the form {@code NAME} or {@code name=NAME,enable=BOOLEAN}
     * @param variables expands variables in the values of the fields
     * @throws InvalidRuleException if a text has another form
     */
    static List<BaseImage> parse(List<String> texts, UnaryOperator<String> variables) {
        List<String> lines = RuleLines.of(texts);
        if (lines.size() == 1) {
            // In docker/metadata-action, names were written in one line before they could have attributes. That form is
            // accepted, too.
            List<RuleFields.Field> fields = RuleFields.of(lines.get(0));
            if (fields.stream().allMatch(field -> field.name() == null)) {
                return fields.stream()
                        .map(field -> named(field.expanded(variables).value(), true, lines.get(0)))
                        .toList();
            }
        }
        List<BaseImage> images = new ArrayList<>();
        for (String line : lines) {
            images.add(parse(line, variables));
        }
        return images;
    }

    private static BaseImage parse(String line, UnaryOperator<String> variables) {
        String name = "";
        boolean enabled = true;
        for (RuleFields.Field unexpanded : RuleFields.of(line)) {
            RuleFields.Field field = unexpanded.expanded(variables);
            switch (field.name() == null ? "name" : field.name()) {
                case "name" -> {
                    if (!name.isEmpty()) {
                        throw new InvalidRuleException("The image '" + line + "' has two names.");
                    }
                    name = field.value();
                }
                case "enable" -> enabled = RuleValues.bool(field.value(), "enable", line);
                default ->
                    throw new InvalidRuleException("'" + line + "' has the unknown attribute '" + field.name()
                            + "'. An image has the attributes name and enable.");
            }
        }
        return named(name, enabled, line);
    }

    private static BaseImage named(String name, boolean enabled, String line) {
        if (name.isEmpty()) {
            throw new InvalidRuleException("The image '" + line + "' has no name.");
        }
        return new BaseImage(name, enabled);
    }

    /** Returns the name in lower case, as registries require it. */
    String lowerCaseName() {
        return name.toLowerCase(Locale.ROOT);
    }
}
