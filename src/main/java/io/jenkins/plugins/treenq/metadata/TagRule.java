// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * A rule for a tag, such as {@code type=semver,pattern={{version}}}.
 *
 * @param text the rule as it is written
 * @param attributes the attributes with their default values; all values are valid. Variables in templates are not yet
 *     expanded, because only the text of a template has variables.
 */
record TagRule(String text, TagType type, Map<String, String> attributes) {
    /** The rules that are used if no rules are given. */
    private static final List<String> DEFAULT =
            List.of("type=schedule", "type=ref,event=branch", "type=ref,event=tag", "type=ref,event=pr");

    private static final Set<String> TEMPLATES = Set.of("prefix", "suffix", "enable", "value");
    private static final Set<String> EXPRESSIONS = Set.of("pattern", "match");
    private static final Set<String> EVENTS = Set.of("branch", "tag", "pr");
    private static final Set<String> FORMATS = Set.of("short", "long");
    private static final Pattern PRIORITY = Pattern.compile("-?[0-9]{1,9}");
    private static final Pattern GROUP = Pattern.compile("[0-9]{1,3}");

    TagRule {
        attributes = Map.copyOf(attributes);
    }

    /**
     * Parses the rules and sorts them by descending priority. Rules of the same priority keep their order.
     *
     * @param variables expands variables in the values of attributes
     * @throws InvalidRuleException if a rule is invalid
     */
    static List<TagRule> parse(List<String> texts, UnaryOperator<String> variables) {
        List<String> lines = RuleLines.of(texts);
        List<TagRule> rules = new ArrayList<>((lines.isEmpty() ? DEFAULT : lines)
                .stream().map(line -> parse(line, variables)).toList());
        rules.sort(Comparator.comparingInt(TagRule::priority).reversed());
        return List.copyOf(rules);
    }

    /** @throws InvalidRuleException if the rule is invalid */
    static TagRule parse(String text, UnaryOperator<String> variables) {
        Map<String, String> given = new LinkedHashMap<>();
        for (RuleFields.Field field : RuleFields.of(text)) {
            given.put(field.name() == null ? "value" : field.name(), field.value());
        }
        String typeName = given.remove("type");
        TagType type = typeName == null ? TagType.RAW : TagType.of(typeName);
        if (type == null) {
            throw new InvalidRuleException("There is no tag type '" + typeName + "', as in '" + text
                    + "'. The types are schedule, semver, pep440, match, edge, ref, raw and sha.");
        }
        for (String name : given.keySet()) {
            if (!type.attributes().contains(name)) {
                throw new InvalidRuleException("type=" + type + " has no attribute '" + name + "', as in '" + text
                        + "'. It has "
                        + String.join(", ", type.attributes().stream().sorted().toList()) + ".");
            }
        }
        // The pattern of a rule is a template or a regular expression, in which $ has a meaning of its own.
        given.replaceAll((name, value) -> TEMPLATES.contains(name) || EXPRESSIONS.contains(name)
                ? value
                : variables.apply(value).strip());
        TagRule rule = new TagRule(text, type, withDefaults(type, given));
        rule.check();
        return rule;
    }

    private static Map<String, String> withDefaults(TagType type, Map<String, String> given) {
        Map<String, String> attributes = new LinkedHashMap<>(given);
        attributes.putIfAbsent("enable", "true");
        attributes.putIfAbsent("priority", Integer.toString(type.defaultPriority()));
        switch (type) {
            case SCHEDULE -> attributes.putIfAbsent("pattern", "nightly");
            case SEMVER, PEP440 -> {
                attributes.putIfAbsent("value", "");
                attributes.putIfAbsent("match", "");
            }
            case MATCH -> {
                attributes.putIfAbsent("group", "0");
                attributes.putIfAbsent("value", "");
            }
            case EDGE -> attributes.putIfAbsent("branch", "");
            case REF -> {
                if ("pr".equals(given.get("event"))) {
                    attributes.putIfAbsent("prefix", "pr-");
                }
            }
            case SHA -> {
                attributes.putIfAbsent("prefix", "sha-");
                attributes.putIfAbsent("format", "short");
            }
            case RAW -> {
                // The value has no default.
            }
        }
        return attributes;
    }

    /**
     * Validates all attributes when the rule is parsed, so that an error is found before the first build to which the
     * rule applies.
     */
    private void check() {
        matches("priority", PRIORITY, "a whole number");
        for (String name : TEMPLATES) {
            if (attributes.containsKey(name)) {
                template(name, TemplateNames.GLOBAL);
            }
        }
        switch (type) {
            case SCHEDULE -> template("pattern", TemplateNames.SCHEDULE);
            case SEMVER, PEP440 -> {
                required("pattern");
                template("pattern", TemplateNames.VERSION);
                matchExpression();
            }
            case MATCH -> {
                required("pattern");
                patternExpression();
                matches("group", GROUP, "the number of a group of the regular expression, of which 0 is all of it");
            }
            case REF -> {
                required("event");
                oneOf("event", EVENTS);
            }
            case RAW -> required("value");
            case SHA -> oneOf("format", FORMATS);
            case EDGE -> {
                // Any text is valid as a branch.
            }
        }
    }

    private void required(String name) {
        if (!attributes.containsKey(name)) {
            throw new InvalidRuleException(
                    "'" + text + "' lacks the attribute " + name + ", which type=" + type + " needs.");
        }
    }

    private void matches(String name, Pattern form, String meaning) {
        if (!form.matcher(get(name)).matches()) {
            throw new InvalidRuleException(
                    name + " is " + meaning + ", and not '" + get(name) + "', as in '" + text + "'.");
        }
    }

    private void oneOf(String name, Set<String> values) {
        if (!values.contains(get(name))) {
            throw new InvalidRuleException(name + " is one of "
                    + String.join(", ", values.stream().sorted().toList()) + ", and not '" + get(name) + "', as in '"
                    + text + "'.");
        }
    }

    private int priority() {
        return Integer.parseInt(get("priority"));
    }

    /** Returns an attribute that is given or has a default value. */
    String get(String name) {
        return attributes.get(name);
    }

    /** Returns an attribute that is optional; null if it is neither given nor has a default value. */
    @CheckForNull
    String getIfGiven(String name) {
        return attributes.get(name);
    }

    Template template(String name, TemplateNames names) {
        return Template.parse(get(name), names);
    }

    /** Returns the expression that selects the version in a text; null if the whole text is the version. */
    @CheckForNull
    RuleExpression matchExpression() {
        return get("match").isEmpty() ? null : RuleExpression.of(get("match"), text);
    }

    RuleExpression patternExpression() {
        return RuleExpression.withFlags(get("pattern"), text);
    }

    @Override
    public String toString() {
        return text;
    }
}
