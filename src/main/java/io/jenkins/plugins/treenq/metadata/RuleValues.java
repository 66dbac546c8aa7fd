// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.metadata;

/** Values of attributes that are no free text. */
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
