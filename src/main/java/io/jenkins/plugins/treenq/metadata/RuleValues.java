// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

/** Parses the values of attributes that are not free text. */
final class RuleValues {
    private RuleValues() {}

    static boolean bool(String value, String attribute, String rule) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new InvalidRuleException(
                        attribute + " is true or false, and not '" + value + "', as in '" + rule + "'.");
        };
    }
}
