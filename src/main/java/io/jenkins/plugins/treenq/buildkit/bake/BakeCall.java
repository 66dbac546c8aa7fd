// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import io.jenkins.plugins.treenq.buildkit.hcl.Csv;
import java.util.List;

/**
 * What is asked of a frontend instead of building ({@code util/buildflags/callfunc.go} in buildx).
 *
 * @param name name of the call, such as {@code outline}; empty for a build
 * @param json whether the answers are printed as JSON
 * @param ignoreStatus whether the frontend's status code is ignored
 */
public record BakeCall(String name, boolean json, boolean ignoreStatus) {
    /** The call that checks a Dockerfile, which is also called {@code check}. */
    public static final String LINT = "lint";

    /** @throws BakeException if the text is no call */
    public static BakeCall parse(String text) {
        String name = "";
        boolean json = false;
        boolean ignoreStatus = false;
        for (String field : text.isEmpty() ? List.<String>of() : Csv.fields(text, ',')) {
            String[] pair = field.split("=", 2);
            if (pair.length < 2) {
                if (!name.isEmpty()) {
                    throw new BakeException("invalid print value: " + text);
                }
                name = field;
                continue;
            }
            switch (pair[0]) {
                case "format" -> json = pair[1].equals("json");
                case "ignorestatus" -> ignoreStatus = TargetEntries.bool(pair[1]);
                default -> throw new BakeException("invalid print field: " + field);
            }
        }
        return new BakeCall(name.equals("check") ? LINT : name.equals("build") ? "" : name, json, ignoreStatus);
    }
}
