// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The settings that apply to all rules.
 *
 * @param latest whether the tag {@code latest} is created
 * @param prefix prefix of the tags whose rules have no prefix of their own
 * @param prefixOnLatest whether {@code latest} gets the prefix, too
 * @param suffix suffix of the tags whose rules have no suffix of their own
 * @param suffixOnLatest whether {@code latest} gets the suffix, too
 */
public record Flavor(Latest latest, String prefix, boolean prefixOnLatest, String suffix, boolean suffixOnLatest) {
    /** Determines whether the tag {@code latest} is created. */
    public enum Latest {
        /** The rule with the highest priority that gives a tag decides. */
        AUTO,
        /** The tag is created. */
        TRUE,
        /** The tag is not created. */
        FALSE;

        boolean orElse(boolean ofRule) {
            return this == AUTO ? ofRule : this == TRUE;
        }
    }

    /**
     * Parses the settings. The prefix and the suffix are templates, whose variables are expanded when they are used.
     *
     * @param variables expands variables in the other values
     * @throws InvalidRuleException if a line is invalid
     */
    static Flavor parse(List<String> texts, UnaryOperator<String> variables) {
        Flavor flavor = new Flavor(Latest.AUTO, "", false, "", false);
        for (String line : RuleLines.of(texts)) {
            flavor = flavor.with(line, variables);
        }
        Template.parse(flavor.prefix, TemplateNames.GLOBAL);
        Template.parse(flavor.suffix, TemplateNames.GLOBAL);
        return flavor;
    }

    private Flavor with(String line, UnaryOperator<String> variables) {
        Flavor flavor = this;
        String before = "";
        for (RuleFields.Field field : RuleFields.of(line)) {
            String name = field.name() == null ? "" : field.name();
            flavor = switch (name) {
                case "latest" ->
                    flavor.withLatest(latest(field.expanded(variables).value(), line));
                case "prefix" -> flavor.withPrefix(field.value(), false);
                case "suffix" -> flavor.withSuffix(field.value(), false);
                case "onlatest" ->
                    flavor.onLatest(
                            before, RuleValues.bool(field.expanded(variables).value(), name, line));
                default ->
                    throw new InvalidRuleException("'" + line
                            + "' is not a flavor. The flavors are latest=auto, latest=true, latest=false, prefix=TEXT "
                            + "and suffix=TEXT,"
                            + " the last two can be followed by ,onlatest=true.");
            };
            if (!name.equals("onlatest")) {
                before = name;
            }
        }
        return flavor;
    }

    private static Latest latest(String value, String line) {
        return switch (value) {
            case "auto" -> Latest.AUTO;
            case "true" -> Latest.TRUE;
            case "false" -> Latest.FALSE;
            default ->
                throw new InvalidRuleException(
                        "latest is auto, true or false, and not '" + value + "', as in '" + line + "'.");
        };
    }

    private Flavor withLatest(Latest value) {
        return new Flavor(value, prefix, prefixOnLatest, suffix, suffixOnLatest);
    }

    private Flavor withPrefix(String text, boolean onLatest) {
        return new Flavor(latest, text, onLatest, suffix, suffixOnLatest);
    }

    private Flavor withSuffix(String text, boolean onLatest) {
        return new Flavor(latest, prefix, prefixOnLatest, text, onLatest);
    }

    /** @param before the attribute before {@code onlatest}, to which {@code onlatest} applies */
    private Flavor onLatest(String before, boolean value) {
        return switch (before) {
            case "prefix" -> withPrefix(prefix, value);
            case "suffix" -> withSuffix(suffix, value);
            default -> this;
        };
    }
}
