// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.util.ArrayList;
import java.util.List;

/** Operations on paths with slashes, by the rules of Go's package {@code path}. */
public final class GoPaths {
    private GoPaths() {}

    /** Returns the shortest equivalent path, like Go's {@code path.Clean}. */
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
