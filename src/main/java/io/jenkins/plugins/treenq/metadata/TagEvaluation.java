// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Evaluates the rules for tags for one build. */
final class TagEvaluation {
    private static final Pattern NOT_OF_TAGS = Pattern.compile("[^A-Za-z0-9._-]+");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

    private final BuildOrigin origin;
    private final OriginValues values;
    private final Flavor flavor;
    private final UnaryOperator<String> variables;
    private final List<String> warnings = new ArrayList<>();

    /** @param variables expands variables in the templates of the rules */
    TagEvaluation(BuildOrigin origin, Flavor flavor, UnaryOperator<String> variables) {
        this.origin = origin;
        this.flavor = flavor;
        this.variables = variables;
        values = new OriginValues(origin);
    }

    /**
     * The result of a rule.
     *
     * @param latest whether the build also gets the tag {@code latest}, if this is the first rule that gives a tag
     */
    private record Value(String text, boolean latest) {}

    /** Returns the tags in the order of the rules; {@code latest} is the last one. */
    List<String> tagNames(List<TagRule> rules) {
        Set<String> names = new LinkedHashSet<>();
        boolean latest = false;
        for (TagRule rule : rules) {
            Value value = isEnabled(rule) ? value(rule) : null;
            String tag = value == null ? "" : with(value.text(), rule);
            if (!tag.isEmpty()) {
                latest = names.isEmpty() ? flavor.latest().orElse(value.latest()) : latest;
                names.add(valid(tag, "The rule '" + rule + "'"));
            }
        }
        List<String> result = new ArrayList<>(names);
        if (latest) {
            result.add(valid(latest(), "The flavor"));
        }
        return result;
    }

    /** Returns warnings for the author of the rules. */
    List<String> warnings() {
        return warnings;
    }

    private boolean isEnabled(TagRule rule) {
        return RuleValues.bool(global(rule.get("enable")).strip(), "enable", rule.text());
    }

    private String latest() {
        return (flavor.prefixOnLatest() ? global(flavor.prefix()) : "")
                + "latest"
                + (flavor.suffixOnLatest() ? global(flavor.suffix()) : "");
    }

    /** Returns the result of a rule; null if the rule does not apply to this build. */
    @CheckForNull
    private Value value(TagRule rule) {
        return switch (rule.type()) {
            case SCHEDULE ->
                origin.isScheduled()
                        ? new Value(
                                rule.template("pattern", TemplateNames.SCHEDULE).evaluate(values, variables), false)
                        : null;
            case SEMVER -> semver(rule);
            case PEP440 -> pep440(rule);
            case MATCH -> match(rule);
            case EDGE -> edge(rule);
            case REF -> ref(rule);
            case RAW -> new Value(global(rule.get("value")), false);
            case SHA -> sha(rule);
        };
    }

    @CheckForNull
    private Value semver(TagRule rule) {
        String raw = versionText(rule);
        if (raw == null) {
            return null;
        }
        SemanticVersion version = SemanticVersion.parse(raw);
        if (version == null) {
            warnings.add("The rule '" + rule + "' generates no tag, because '" + raw
                    + "' is not a semantic version (https://semver.org).");
            return null;
        }
        return version(
                rule,
                version.isRelease(),
                Map.of(
                        "raw", raw,
                        "version", version.toString(),
                        "major", Long.toString(version.major()),
                        "minor", Long.toString(version.minor()),
                        "patch", Long.toString(version.patch())));
    }

    @CheckForNull
    private Value pep440(TagRule rule) {
        String raw = versionText(rule);
        if (raw == null) {
            return null;
        }
        PythonVersion version = PythonVersion.parse(raw);
        if (version == null) {
            warnings.add("The rule '" + rule + "' generates no tag, because '" + raw
                    + "' is not a PEP 440 version (https://peps.python.org/pep-0440).");
            return null;
        }
        return version(
                rule,
                version.last(),
                Map.of(
                        "raw", raw,
                        "version", version.normalized(),
                        "major", version.number(0),
                        "minor", version.number(1),
                        "patch", version.number(2)));
    }

    /**
     * Returns the result of a version rule. A pre-release or post-release gets only its whole version as a tag, so that
     * it never replaces a release.
     */
    private Value version(TagRule rule, boolean release, Map<String, String> parts) {
        Template pattern = rule.template("pattern", TemplateNames.VERSION);
        if (release) {
            return new Value(pattern.evaluate(expression -> parts.get(expression.name()), variables), true);
        }
        return new Value(parts.get(pattern.isOnly("raw") ? "raw" : "version"), false);
    }

    /**
     * Returns the value of the rule, or the tag that is built if the rule has no value. If the rule has an expression
     * that matches the text, returns the expression's first group. If the expression does not match, returns the whole
     * text, as docker/metadata-action does. Null if there is no text or no such group.
     */
    @CheckForNull
    private String versionText(TagRule rule) {
        String text = tagOrValue(rule);
        RuleExpression expression = rule.matchExpression();
        if (text == null || expression == null) {
            return text == null ? null : text.replace('/', '-');
        }
        List<String> groups = expression.match(text);
        if (groups == null) {
            warnings.add("The rule '" + rule + "' uses all of '" + text + "' as the version, because '"
                    + rule.get("match") + "' does not match it.");
        } else if (groups.size() < 2 || groups.get(1) == null) {
            warnings.add(noGroup(rule, 1, text));
            return null;
        } else {
            text = groups.get(1);
        }
        return text.replace('/', '-');
    }

    @CheckForNull
    private Value match(TagRule rule) {
        String text = tagOrValue(rule);
        if (text == null) {
            return null;
        }
        List<String> groups = rule.patternExpression().match(text);
        if (groups == null) {
            warnings.add("The rule '" + rule + "' does not apply, because '" + rule.get("pattern")
                    + "' does not match '" + text + "'.");
            return null;
        }
        int group = Integer.parseInt(rule.get("group"));
        if (group >= groups.size() || groups.get(group) == null) {
            warnings.add(noGroup(rule, group, text));
            return null;
        }
        return new Value(groups.get(group), true);
    }

    private static String noGroup(TagRule rule, int group, String text) {
        return "The rule '" + rule + "' generates no tag, because its expression has no group " + group + " in '" + text
                + "'.";
    }

    @CheckForNull
    private String tagOrValue(TagRule rule) {
        return variables.apply(rule.get("value")).isBlank() ? origin.tag() : global(rule.get("value"));
    }

    @CheckForNull
    private Value edge(TagRule rule) {
        String branch = rule.get("branch").isEmpty() ? origin.repository().defaultBranch() : rule.get("branch");
        return branch != null && branch.equals(origin.branch()) ? new Value("edge", false) : null;
    }

    @CheckForNull
    private Value ref(TagRule rule) {
        String event = rule.get("event");
        String name =
                switch (event) {
                    case "branch" -> origin.branch();
                    case "tag" -> origin.tag();
                    default -> origin.changeRequest();
                };
        return name == null ? null : new Value(name, event.equals("tag"));
    }

    @CheckForNull
    private Value sha(TagRule rule) {
        if (origin.commit().isEmpty()) {
            return null;
        }
        return new Value(rule.get("format").equals("short") ? origin.shortCommit() : origin.commit(), false);
    }

    private String with(String value, TagRule rule) {
        String prefix = rule.getIfGiven("prefix");
        String suffix = rule.getIfGiven("suffix");
        return global(prefix == null ? flavor.prefix() : prefix)
                + value
                + global(suffix == null ? flavor.suffix() : suffix);
    }

    private String global(String template) {
        return Template.parse(template, TemplateNames.GLOBAL).evaluate(values, variables);
    }

    private static String valid(String text, String origin) {
        String tag = NOT_OF_TAGS.matcher(text).replaceAll("-");
        if (!TAG.matcher(tag).matches()) {
            throw new InvalidRuleException(origin + " generates the tag '" + tag
                    + "', which is not a valid tag: a tag begins with a letter, a digit or an underscore, and has "
                    + "at most 128 characters.");
        }
        return tag;
    }
}
