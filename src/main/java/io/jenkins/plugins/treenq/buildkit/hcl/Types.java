// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

/** Types that are written in a file, and values that are given from outside for them. */
public final class Types {
    private Types() {}

    /** @throws HclException if the expression is no type */
    public static Type read(Expression written) {
        return Library.type(written);
    }

    /** @throws HclException if the text is not JSON, or not of the type */
    public static Value readJson(String text, Type type) {
        return Conversion.convert(Json.read(text), type);
    }
}
