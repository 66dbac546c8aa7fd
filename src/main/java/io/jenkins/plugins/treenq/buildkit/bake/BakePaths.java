// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Paths and addresses in bake files. */
final class BakePaths {
    private static final Pattern REMOTE =
            Pattern.compile("(?i)(https?://|git://|ssh://|git@|github\\.com/).*", Pattern.DOTALL);

    private BakePaths() {}

    /** As Go's path.Clean. */
    static String clean(String path) {
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

    /** Whether a context is fetched by the daemon. */
    static boolean remote(String context) {
        return REMOTE.matcher(context).matches();
    }
}
