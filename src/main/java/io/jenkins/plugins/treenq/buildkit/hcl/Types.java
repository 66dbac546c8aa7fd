// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

/** Parses types in a file, and values that are passed in for them. */
public final class Types {
    private Types() {}

    /** @throws HclException if the expression is not a type */
    public static Type read(Expression written) {
        return BakeFunctions.type(written);
    }

    /** @throws HclException if the text is not JSON or does not have the type */
    public static Value readJson(String text, Type type) {
        return Conversion.convert(Json.read(text), type);
    }
}
