// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A rule that makes a tag, such as {@code type=semver,pattern={{version}}}.
 *
 * @param text as it is written
 * @param attributes with defaults, where there are any; all of them are valid
 */
record TagRule(String text, TagType type, Map<String, String> attributes) {
    /** The rules when none are given. */
    private static final List<String> DEFAULT =
            List.of("type=schedule", "type=ref,event=branch", "type=ref,event=tag", "type=ref,event=pr");

    private static final Set<String> EVENTS = Set.of("branch", "tag", "pr");
    private static final Set<String> FORMATS = Set.of("short", "long");
    private static final Pattern PRIORITY = Pattern.compile("-?[0-9]{1,9}");
    private static final Pattern GROUP = Pattern.compile("[0-9]{1,3}");

    TagRule {
        attributes = Map.copyOf(attributes);
    }

    /**
     * Highest priority first, and otherwise in the order in which they are written.
     *
     * @throws InvalidRuleException when one is none
     */
    static List<TagRule> parse(List<String> texts) {
        List<String> lines = RuleLines.of(texts);
        List<TagRule> rules = new ArrayList<>(
                (lines.isEmpty() ? DEFAULT : lines).stream().map(TagRule::parse).toList());
        rules.sort(Comparator.comparingInt(TagRule::priority).reversed());
        return List.copyOf(rules);
    }

    /** @throws InvalidRuleException when it is none */
    static TagRule parse(String text) {
        Map<String, String> given = new LinkedHashMap<>();
        for (RuleFields.Field field : RuleFields.of(text)) {
            given.put(field.name() == null ? "value" : field.name(), field.value());
        }
        String typeName = given.remove("type");
        TagType type = typeName == null ? TagType.RAW : TagType.of(typeName);
        if (type == null) {
            throw new InvalidRuleException("There is no type '" + typeName + "', as in '" + text
                    + "'. There are schedule, semver, pep440, match, edge, ref, raw and sha.");
        }
        for (String name : given.keySet()) {
            if (!type.attributes().contains(name)) {
                throw new InvalidRuleException("type=" + type + " has no attribute '" + name + "', as in '" + text
                        + "'. It has "
                        + String.join(", ", type.attributes().stream().sorted().toList()) + ".");
            }
        }
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
                // Its value has no default.
            }
        }
        return attributes;
    }

    /** Whatever can be wrong with a rule is found now, and not only in the build that it gives a tag to. */
    private void check() {
        matches("priority", PRIORITY, "a whole number");
        for (String name : List.of("prefix", "suffix", "enable", "value")) {
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
                // A branch is any text.
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

    /** An attribute that it is sure to have. */
    String get(String name) {
        return attributes.get(name);
    }

    /** An attribute that is given, or has a default; null otherwise. */
    @CheckForNull
    String getIfGiven(String name) {
        return attributes.get(name);
    }

    Template template(String name, TemplateNames names) {
        return Template.parse(get(name), names);
    }

    /** Which part of a version's text is the version; null when all of it is. */
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
