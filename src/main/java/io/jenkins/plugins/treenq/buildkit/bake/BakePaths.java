// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import java.util.regex.Pattern;

/** Paths and addresses in bake files. */
final class BakePaths {
    private static final Pattern REMOTE =
            Pattern.compile("(?i)(https?://|git://|ssh://|git@|github\\.com/).*", Pattern.DOTALL);

    private BakePaths() {}

    /** Whether a context is fetched by the daemon. */
    static boolean remote(String context) {
        return REMOTE.matcher(context).matches();
    }
}
