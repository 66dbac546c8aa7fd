// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import hudson.AbortException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Texts of the form {@code NAME=value}, as forms and configuration have them, and the maps that they stand for. */
final class Assignments {
    private Assignments() {}

    /** A null value becomes a name alone, which is found out when the texts are read. */
    static List<String> texts(Map<?, ?> values) {
        List<String> texts = new ArrayList<>();
        values.forEach((name, value) -> texts.add(value == null ? String.valueOf(name) : name + "=" + value));
        return texts;
    }

    /**
     * @param parameter that the texts are given for
     * @param expand fills in variables of the values
     * @throws AbortException when a text is no assignment
     */
    static Map<String, String> map(List<String> texts, String parameter, UnaryOperator<String> expand)
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
}
