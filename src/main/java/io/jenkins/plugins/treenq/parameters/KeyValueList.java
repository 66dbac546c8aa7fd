// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.model.Item;
import hudson.util.FormValidation;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jenkinsci.plugins.structs.describable.UninstantiatedDescribable;

/**
 * Lists of texts of the form {@code NAME=value}, as forms and configurations contain them, and the corresponding maps
 * of a Jenkinsfile.
 */
public final class KeyValueList {
    private KeyValueList() {}

    /**
     * Converts the texts to a map.
     *
     * @param parameter name of the parameter, for error messages
     * @param expand expands variables in the values
     * @throws AbortException if a text is not of the form {@code NAME=value}. The message does not contain the text,
     *     because the text may be a secret whose name was forgotten
     */
    public static Map<String, String> map(List<String> texts, String parameter, UnaryOperator<String> expand)
            throws AbortException {
        Map<String, String> values = new LinkedHashMap<>();
        int position = 0;
        for (String text : texts) {
            position++;
            int sign = text.indexOf('=');
            if (sign < 1) {
                throw new AbortException(parameter + ": entry " + position + " is not of the form NAME=value");
            }
            values.put(text.substring(0, sign).trim(), expand.apply(text.substring(sign + 1)));
        }
        return values;
    }

    /** Converts the arguments of a Jenkinsfile to the types of the step's class: maps become lists of texts. */
    public static Map<String, Object> bindable(Map<String, Object> arguments, Set<String> assignments) {
        Map<String, Object> bindable = new LinkedHashMap<>(arguments);
        bindable.replaceAll(
                (name, value) -> assignments.contains(name) && value instanceof Map<?, ?> map ? texts(map) : value);
        return bindable;
    }

    /** A null value becomes a name without an equals sign, which is rejected later when the texts are read. */
    private static List<String> texts(Map<?, ?> values) {
        List<String> texts = new ArrayList<>();
        values.forEach((name, value) -> texts.add(value == null ? String.valueOf(name) : name + "=" + value));
        return texts;
    }

    /** Converts the values of a step to the form of a Jenkinsfile: lists of texts become maps. */
    public static UninstantiatedDescribable readable(UninstantiatedDescribable bound, Set<String> assignments) {
        Map<String, Object> readable = new LinkedHashMap<>(bound.getArguments());
        for (String name : assignments) {
            if (readable.get(name) instanceof List<?> texts) {
                readable.put(name, asMap(texts));
            }
        }
        UninstantiatedDescribable result = bound.withArguments(readable);
        result.setModel(bound.getModel());
        return result;
    }

    /** Returns a map, or the list itself if one of its texts is not of the form {@code NAME=value}. */
    private static Object asMap(List<?> texts) {
        try {
            return map(texts.stream().map(String::valueOf).toList(), "", UnaryOperator.identity());
        } catch (AbortException e) {
            return texts;
        }
    }

    /** Validates the lines of a text area, each of which must be of the form {@code NAME=value}. */
    public static FormValidation check(@CheckForNull Item item, String lines) {
        return check(item, lines, (name, value) -> {});
    }

    /** Checks a name and its value. */
    public interface Check {
        /**
         * @throws IllegalArgumentException with a message for the user, if the name or the value is invalid
         * @throws BuildkitException.InvalidRequestException with a message for the user, if the client rejects the
         *     name or the value
         */
        void check(String name, String value) throws BuildkitException.InvalidRequestException;
    }

    /** Validates the lines of a text area, with an additional check of each name and value. */
    public static FormValidation check(@CheckForNull Item item, String lines, Check check) {
        return LineList.check(item, lines, line -> {
            int sign = line.indexOf('=');
            if (sign < 1) {
                throw new IllegalArgumentException(Messages.KeyValueList_notAnAssignment(line));
            }
            check.check(line.substring(0, sign).trim(), line.substring(sign + 1));
        });
    }
}
