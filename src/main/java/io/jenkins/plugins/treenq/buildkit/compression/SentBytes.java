// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.compression;

import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/** The number of bytes that were sent, and their number before compression. */
public final class SentBytes {
    private final LongAdder content = new LongAdder();
    private final LongAdder sent = new LongAdder();

    public void add(long contentBytes, long sentBytes) {
        content.add(contentBytes);
        sent.add(sentBytes);
    }

    /** Returns the number of bytes before compression. */
    public long contentBytes() {
        return content.sum();
    }

    /** Returns the number of bytes that were sent. */
    public long sentBytes() {
        return sent.sum();
    }

    /** Returns whether something was sent compressed. */
    public boolean compressed() {
        return sentBytes() < contentBytes();
    }

    /** Returns the sentence for the log, such as {@code sent 12.3 MB (60.1 MB before compression)}. */
    @Override
    public String toString() {
        return compressed()
                ? "sent " + text(sentBytes()) + " (" + text(contentBytes()) + " before compression)"
                : "sent " + text(sentBytes());
    }

    private static String text(long bytes) {
        if (bytes < 1_000_000) {
            return String.format(Locale.ROOT, "%.1f kB", bytes / 1e3);
        }
        return bytes < 1_000_000_000
                ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }
}
