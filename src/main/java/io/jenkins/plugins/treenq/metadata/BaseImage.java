// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A name that gets the tags.
 *
 * @param name without a tag
 * @param enabled whether it is used at all
 */
public record BaseImage(String name, boolean enabled) {
    /**
     * @param texts each {@code NAME}, or {@code name=NAME,enable=BOOLEAN}
     * @throws InvalidRuleException when one is something else
     */
    static List<BaseImage> parse(List<String> texts) {
        List<String> lines = RuleLines.of(texts);
        if (lines.size() == 1) {
            // Before there were attributes, names stood in one line.
            List<RuleFields.Field> fields = RuleFields.of(lines.get(0));
            if (fields.stream().allMatch(field -> field.name() == null)) {
                return fields.stream()
                        .map(field -> named(field.value(), true, lines.get(0)))
                        .toList();
            }
        }
        List<BaseImage> images = new ArrayList<>();
        for (String line : lines) {
            images.add(parse(line));
        }
        return images;
    }

    private static BaseImage parse(String line) {
        String name = "";
        boolean enabled = true;
        for (RuleFields.Field field : RuleFields.of(line)) {
            switch (field.name() == null ? "name" : field.name()) {
                case "name" -> {
                    if (!name.isEmpty()) {
                        throw new InvalidRuleException("The image '" + line + "' has two names.");
                    }
                    name = field.value();
                }
                case "enable" -> enabled = RuleValues.bool(field.value(), "enable", line);
                default ->
                    throw new InvalidRuleException("An image has no attribute '" + field.name() + "', as '" + line
                            + "' says. It has name and enable.");
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

    /** As registries want it. */
    String lowerCaseName() {
        return name.toLowerCase(Locale.ROOT);
    }
}
