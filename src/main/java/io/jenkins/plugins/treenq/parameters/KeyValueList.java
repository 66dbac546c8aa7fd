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
 * Texts of the form {@code NAME=value}, as forms and configuration have them, and the maps that they stand for in a
 * Jenkinsfile.
 */
public final class KeyValueList {
    private KeyValueList() {}

    /**
     * @param parameter that the texts are given for
     * @param expand fills in variables of the values
     * @throws AbortException when a text is no assignment
     */
    public static Map<String, String> map(List<String> texts, String parameter, UnaryOperator<String> expand)
            throws AbortException {
        Map<String, String> values = new LinkedHashMap<>();
        for (String text : texts) {
            int sign = text.indexOf('=');
            if (sign < 1) {
                throw new AbortException(parameter + ": '" + text + "' is not of the form NAME=value");
            }
            values.put(text.substring(0, sign).trim(), expand.apply(text.substring(sign + 1)));
        }
        return values;
    }

    /** Arguments of a Jenkinsfile as they are bound: maps become texts. */
    public static Map<String, Object> bindable(Map<String, Object> arguments, Set<String> assignments) {
        Map<String, Object> bindable = new LinkedHashMap<>(arguments);
        bindable.replaceAll(
                (name, value) -> assignments.contains(name) && value instanceof Map<?, ?> map ? texts(map) : value);
        return bindable;
    }

    /** A null value becomes a name alone, which is found out when the texts are read. */
    private static List<String> texts(Map<?, ?> values) {
        List<String> texts = new ArrayList<>();
        values.forEach((name, value) -> texts.add(value == null ? String.valueOf(name) : name + "=" + value));
        return texts;
    }

    /** What was bound, as a Jenkinsfile is written: texts become maps. */
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

    /** The list itself when it has something that is no assignment. */
    private static Object asMap(List<?> texts) {
        try {
            return map(texts.stream().map(String::valueOf).toList(), "", UnaryOperator.identity());
        } catch (AbortException e) {
            return texts;
        }
    }

    /** What a form says of lines that should be assignments. */
    public static FormValidation check(@CheckForNull Item item, String lines) {
        return check(item, lines, (name, value) -> {});
    }

    /** Says what is wrong with a name or its value. */
    public interface Check {
        /** @throws IllegalArgumentException with a text for people; the client's own refusal is the same */
        void check(String name, String value) throws BuildkitException.InvalidRequestException;
    }

    /** The same, with a check of each assignment. */
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
