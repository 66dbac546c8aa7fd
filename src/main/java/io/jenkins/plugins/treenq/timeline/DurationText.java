// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import java.util.Locale;

/**
 * A time for a person. {@code timeline.js} writes it in the same way, so that two pages do not tell two times of one
 * build.
 */
public final class DurationText {
    private DurationText() {}

    /** Such as {@code 12.3 s}, {@code 2 min 5 s} or {@code 1 h 20 min}. */
    public static String of(long millis) {
        long seconds = millis / 1000;
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        }
        long minutes = seconds / 60;
        return minutes < 60 ? minutes + " min " + seconds % 60 + " s" : minutes / 60 + " h " + minutes % 60 + " min";
    }
}
