// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.model.Item;
import hudson.model.ItemGroup;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jenkins.branch.MultiBranchProject;
import jenkins.branch.ProjectNameProperty;
import jenkins.model.Jenkins;

/**
 * The names of images by a pattern with the variables {@code organization} and {@code repository}. A value becomes one
 * component of the name, so that the name of a repository can select neither another registry nor another folder.
 */
final class ImagePattern {
    static final String ORGANIZATION = "organization";
    static final String REPOSITORY = "repository";

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(?<name>[^}]*)}");
    private static final Pattern SEPARATORS = Pattern.compile("[^a-z0-9._-]+");
    private static final Pattern SEPARATOR = Pattern.compile("[._-]+");
    private static final Pattern ALLOWED_SEPARATOR = Pattern.compile("\\.|__?|-+");
    private static final Pattern EDGES = Pattern.compile("^[._-]+|[._-]+$");

    private ImagePattern() {}

    /** Returns the name of the image of a project's repository. */
    static String expand(String pattern, MultiBranchProject<?, ?> project) throws AbortException {
        try {
            return expand(pattern, values(project));
        } catch (IllegalArgumentException e) {
            throw new AbortException("the name of the image, '" + pattern + "', cannot be used: " + e.getMessage());
        }
    }

    private static Map<String, String> values(MultiBranchProject<?, ?> project) {
        Map<String, String> values = new LinkedHashMap<>();
        ProjectNameProperty property = project.getProperties().get(ProjectNameProperty.class);
        values.put(REPOSITORY, property == null || property.getName() == null ? project.getName() : property.getName());
        ItemGroup<?> parent = project.getParent();
        values.put(
                ORGANIZATION, parent instanceof Item folder && !(parent instanceof Jenkins) ? folder.getName() : null);
        return values;
    }

    /**
     * Returns the name that the pattern gives for the repository {@code web} of the organization {@code shop}.
     *
     * @throws IllegalArgumentException if the pattern gives no name of an image; the message says why
     */
    static String example(String pattern) {
        return expand(pattern, Map.of(ORGANIZATION, "shop", REPOSITORY, "web"));
    }

    static String expand(String pattern, Map<String, String> values) {
        if (pattern.isBlank()) {
            throw new IllegalArgumentException("it is empty; give a name such as registry.example.com/shop/web");
        }
        if (pattern.indexOf('$') >= 0 && !pattern.matches("[^$/]+/.*")) {
            throw new IllegalArgumentException("a variable in the name of the registry is not allowed; begin with the"
                    + " registry, such as registry.example.com/${" + REPOSITORY + "}");
        }
        String name = VARIABLE.matcher(pattern)
                .replaceAll(match -> Matcher.quoteReplacement(component(match.group(1), values)));
        if (name.contains("$")) {
            throw new IllegalArgumentException(
                    "'$' begins a variable, ${" + ORGANIZATION + "} or ${" + REPOSITORY + "}");
        }
        String last = name.substring(name.lastIndexOf('/') + 1);
        if (last.contains(":") || last.contains("@")) {
            throw new IllegalArgumentException(
                    "'" + name + "' has a tag or a digest; omit it, because the rules give the" + " tags");
        }
        ImageName.parse(name);
        return name;
    }

    private static String component(String variable, Map<String, String> values) {
        if (!values.containsKey(variable) && !variable.equals(ORGANIZATION)) {
            throw new IllegalArgumentException("there is no variable ${" + variable + "}; the variables are ${"
                    + ORGANIZATION + "} and ${" + REPOSITORY + "}");
        }
        String value = values.get(variable);
        if (value == null) {
            throw new IllegalArgumentException(
                    "${" + variable + "} is the name of the folder of the project, and the project is in no folder");
        }
        String component = sanitized(value);
        if (component == null) {
            throw new IllegalArgumentException("'" + value + "' has nothing that can be in the name of an image");
        }
        return component;
    }

    /** Returns the value as one component of a name; null if nothing is left of it. */
    @CheckForNull
    static String sanitized(String value) {
        String lower = SEPARATORS.matcher(value.toLowerCase(Locale.ROOT)).replaceAll("-");
        String single = SEPARATOR
                .matcher(lower)
                .replaceAll(match -> ALLOWED_SEPARATOR.matcher(match.group()).matches() ? match.group() : "-");
        String trimmed = EDGES.matcher(single).replaceAll("");
        return trimmed.isEmpty() ? null : trimmed;
    }
}
