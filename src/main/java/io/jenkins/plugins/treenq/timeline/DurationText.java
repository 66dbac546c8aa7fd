// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import java.util.Locale;

/**
 * Formats a duration for a page. {@code timeline.js} has the same format, so that two pages show the same text for one
 * build.
 */
public final class DurationText {
    private DurationText() {}

    /**
     * Returns a text such as {@code 12.3 s}, {@code 2 min 5 s} or {@code 1 h 20 min}.
     *
     * @param millis duration in milliseconds
     */
    public static String of(long millis) {
        long seconds = millis / 1000;
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        }
        long minutes = seconds / 60;
        return minutes < 60 ? minutes + " min " + seconds % 60 + " s" : minutes / 60 + " h " + minutes % 60 + " min";
    }
}
