// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;

/** Formats sizes and durations in the notation of BuildKit's plain log. */
final class Numbers {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

    private Numbers() {}

    /** Formats a size in decimal units with two decimals; bytes have no decimals. */
    static String bytes(long bytes) {
        int unit = 0;
        long scale = 1;
        // The condition divides instead of multiplying, because a thousand exabytes exceed a long.
        while (unit < UNITS.length - 1 && Math.abs(bytes / scale) >= 1000) {
            unit++;
            scale *= 1000;
        }
        if (unit == 0) {
            return bytes + UNITS[0];
        }
        return fixed(BigDecimal.valueOf(bytes).divide(BigDecimal.valueOf(scale)), 2) + UNITS[unit];
    }

    /** Formats a duration in seconds, such as {@code 1.2s}. */
    static String seconds(Duration time) {
        return fixed(exact(time), 1) + "s";
    }

    /** Formats the time since the start of a step. Longer durations have fewer decimals. */
    static String offset(Duration time) {
        long seconds = time.getSeconds();
        return fixed(exact(time), seconds < 10 ? 3 : seconds < 100 ? 2 : 1);
    }

    private static BigDecimal exact(Duration time) {
        return BigDecimal.valueOf(time.getSeconds()).add(BigDecimal.valueOf(time.getNano(), 9));
    }

    private static String fixed(BigDecimal number, int digits) {
        return number.setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    }
}
