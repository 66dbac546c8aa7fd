// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.model.Item;
import hudson.util.FormValidation;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import jenkins.model.Jenkins;
import net.sf.json.JSONObject;

/** Lists of texts, which are the lines of a form's text area; an entry with line breaks is a {@link QuotedEntry}. */
public final class LineList {
    private LineList() {}

    /** Returns the list without null and blank values. */
    public static List<String> of(@CheckForNull Collection<String> values) {
        List<String> given = new ArrayList<>(values == null ? List.of() : values);
        given.removeIf(value -> value == null || value.isBlank());
        return given;
    }

    /** Returns the list without null and blank values, and with each value trimmed. */
    public static List<String> trimmed(@CheckForNull Collection<String> values) {
        List<String> lines = of(values);
        lines.replaceAll(String::trim);
        return lines;
    }

    /** Returns the lines of all values without blank ones, for values whose lines have the meaning of single values. */
    public static List<String> lines(@CheckForNull Collection<String> values) {
        return trimmed(of(values).stream().flatMap(String::lines).toList());
    }

    /** Returns the text that a text area shows. */
    public static String text(@CheckForNull List<String> values) {
        return values == null ? "" : values.stream().map(QuotedEntry::line).collect(Collectors.joining("\n"));
    }

    /** Returns the entries that the text of a text area contains, also blank ones. */
    private static List<String> entries(String text) {
        return text.lines().map(String::strip).map(QuotedEntry::entry).toList();
    }

    /** Converts the texts of text areas in a form's data to lists. */
    public static void bind(JSONObject form, Iterable<String> fields) {
        for (String field : fields) {
            if (form.get(field) instanceof String text) {
                form.put(field, entries(text));
            }
        }
    }

    /** Checks a line. */
    public interface Check {
        /**
         * @throws IllegalArgumentException with a message for the user, if the line is invalid
         * @throws BuildkitException.InvalidRequestException with a message for the user, if the client rejects the line
         */
        void check(String line) throws BuildkitException.InvalidRequestException;
    }

    /**
     * Validates the lines of a required field.
     *
     * @param check check of each line
     */
    public static FormValidation checkRequired(@CheckForNull Item item, @CheckForNull String lines, Check check) {
        return mayConfigure(item) && Util.fixNull(lines).isBlank()
                ? FormValidation.validateRequired("")
                : check(item, lines, check);
    }

    /** Validates lines. Lines with variables are not checked, because the values of the variables are unknown. */
    public static FormValidation check(@CheckForNull Item item, @CheckForNull String lines, Check check) {
        if (!mayConfigure(item)) {
            return FormValidation.ok();
        }
        try {
            for (String line : entries(Util.fixNull(lines))) {
                if (!line.isEmpty() && !line.contains("$")) {
                    check.check(line);
                }
            }
            return FormValidation.ok();
        } catch (IllegalArgumentException | BuildkitException.InvalidRequestException e) {
            return FormValidation.error(e.getMessage());
        }
    }

    /** Tells whether the user is permitted to see the configuration of the job, or of Jenkins if the job is null. */
    public static boolean mayConfigure(@CheckForNull Item item) {
        return item == null ? Jenkins.get().hasPermission(Jenkins.ADMINISTER) : item.hasPermission(Item.EXTENDED_READ);
    }
}
