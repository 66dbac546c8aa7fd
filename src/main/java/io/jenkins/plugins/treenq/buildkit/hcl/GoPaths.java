// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.util.ArrayList;
import java.util.List;

/** Paths with slashes, by the rules of Go's package path. */
public final class GoPaths {
    private GoPaths() {}

    /** Returns the shortest name of the same path, as Go's path.Clean does. */
    public static String clean(String path) {
        boolean rooted = path.startsWith("/");
        List<String> names = new ArrayList<>();
        for (String each : path.split("/")) {
            if (each.isEmpty() || each.equals(".")) {
                continue;
            }
            if (!each.equals("..")) {
                names.add(each);
            } else if (!names.isEmpty() && !names.get(names.size() - 1).equals("..")) {
                names.remove(names.size() - 1);
            } else if (!rooted) {
                names.add(each);
            }
        }
        String cleaned = (rooted ? "/" : "") + String.join("/", names);
        return cleaned.isEmpty() ? "." : cleaned;
    }
}
