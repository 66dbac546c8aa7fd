// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import java.util.Collection;
import java.util.Map;

/**
 * Limits the values that the targets of a bake take over from each other and from files. A file of a repository is not
 * trusted: thousands of targets that inherit one long list would fill the memory.
 */
final class CopyLimit {
    private static final int MOST = 2_000_000;
    private static final int TEXT_PIECE = 16;

    private long left = MOST;

    /** Counts values that are copied. */
    void use(long values) {
        left -= values;
        if (left < 0) {
            throw new BakeException("The targets of the files have more than " + MOST
                    + " values, with those that they take over from each other; use fewer or shorter values");
        }
    }

    void use(Map<?, ?> values) {
        use(values == null ? 0 : values.size());
    }

    void use(Collection<?> values) {
        use(values == null ? 0 : values.size());
    }

    /** Counts a text that is created or read, as the longer the more values. */
    void useText(String text) {
        use(1 + text.length() / TEXT_PIECE);
    }
}
