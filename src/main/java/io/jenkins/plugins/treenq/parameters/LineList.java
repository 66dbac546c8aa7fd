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
import jenkins.model.Jenkins;
import net.sf.json.JSONObject;

/** Lists of texts, each a line of a form's text area. */
public final class LineList {
    private LineList() {}

    /** Without nulls and blanks. */
    public static List<String> of(@CheckForNull Collection<String> values) {
        List<String> given = new ArrayList<>(values == null ? List.of() : values);
        given.removeIf(value -> value == null || value.isBlank());
        return given;
    }

    /** The same without blanks around each. */
    public static List<String> trimmed(@CheckForNull Collection<String> values) {
        List<String> lines = of(values);
        lines.replaceAll(String::trim);
        return lines;
    }

    /** What a text area shows. */
    public static String text(@CheckForNull List<String> values) {
        return values == null ? "" : String.join("\n", values);
    }

    /** Makes lists of what a form sends for text areas. */
    public static void bind(JSONObject form, Iterable<String> fields) {
        for (String field : fields) {
            if (form.get(field) instanceof String text) {
                form.put(field, text.lines().map(String::strip).toList());
            }
        }
    }

    /** Says what is wrong with a line. */
    public interface Check {
        /** @throws IllegalArgumentException with a text for people; the client's own refusal is the same */
        void check(String line) throws BuildkitException.InvalidRequestException;
    }

    /**
     * What a form says of a field that must not be empty.
     *
     * @param check of each line
     */
    public static FormValidation checkRequired(@CheckForNull Item item, @CheckForNull String lines, Check check) {
        return mayConfigure(item) && Util.fixNull(lines).isBlank()
                ? FormValidation.validateRequired("")
                : check(item, lines, check);
    }

    /** What a form says of lines. Nothing is known of what a variable will be. */
    public static FormValidation check(@CheckForNull Item item, @CheckForNull String lines, Check check) {
        if (!mayConfigure(item)) {
            return FormValidation.ok();
        }
        try {
            for (String line : Util.fixNull(lines).lines().map(String::strip).toList()) {
                if (!line.isEmpty() && !line.contains("$")) {
                    check.check(line);
                }
            }
            return FormValidation.ok();
        } catch (IllegalArgumentException | BuildkitException.InvalidRequestException e) {
            return FormValidation.error(e.getMessage());
        }
    }

    /** Whether somebody sees the configuration of a job, or of all jobs. */
    public static boolean mayConfigure(@CheckForNull Item item) {
        return item == null ? Jenkins.get().hasPermission(Jenkins.ADMINISTER) : item.hasPermission(Item.EXTENDED_READ);
    }
}
