// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import com.google.protobuf.Timestamp;
import java.time.Instant;

/**
 * Converts timestamps. A time outside of protobuf's range, which is the years 1 to 9999, is replaced by the nearest
 * time of the range.
 */
public final class Timestamps {
    private static final long FIRST_SECOND =
            Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();
    private static final long LAST_SECOND =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
    private static final int LAST_NANO = 999_999_999;

    private Timestamps() {}

    public static Instant instant(Timestamp timestamp) {
        return Instant.ofEpochSecond(
                Math.max(FIRST_SECOND, Math.min(LAST_SECOND, timestamp.getSeconds())),
                Math.max(0, Math.min(LAST_NANO, timestamp.getNanos())));
    }
}
