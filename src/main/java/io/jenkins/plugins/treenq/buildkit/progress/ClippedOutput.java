// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Keeps the first and the last lines of a step's output, within a bound. */
public final class ClippedOutput {
    static final int FIRST_CHARS = 16 << 10;
    static final int LAST_CHARS = 48 << 10;

    /** What a line takes beside its characters. */
    private static final int LINE_CHARS = 32;

    private final List<String> first = new ArrayList<>();
    private final Deque<String> last = new ArrayDeque<>();
    private int firstChars;
    private int lastChars;
    private long leftOut;

    /** Goes on with what was kept. */
    public static ClippedOutput of(StepOutput kept) {
        ClippedOutput output = new ClippedOutput();
        output.add(kept);
        return output;
    }

    public void add(String line) {
        int chars = chars(line);
        if (isWhole() && firstChars + chars <= FIRST_CHARS) {
            first.add(line);
            firstChars += chars;
            return;
        }
        last.add(line);
        lastChars += chars;
        while (lastChars > LAST_CHARS) {
            lastChars -= chars(last.remove());
            leftOut++;
        }
    }

    /** What follows. */
    public void add(StepOutput more) {
        more.first().forEach(this::add);
        if (more.leftOut() > 0) {
            leaveOut(more.leftOut());
        }
        more.last().forEach(this::add);
    }

    /** Lines that nobody kept follow. */
    public void leaveOut(long lines) {
        leftOut += last.size() + lines;
        last.clear();
        lastChars = 0;
    }

    /** Keeps nothing of it but the number of lines. */
    public void clear() {
        leaveOut(first.size());
        first.clear();
        firstChars = 0;
    }

    private boolean isWhole() {
        return last.isEmpty() && leftOut == 0;
    }

    public boolean isEmpty() {
        return first.isEmpty() && isWhole();
    }

    /** What it takes of memory, roughly. */
    public int chars() {
        return firstChars + lastChars;
    }

    public StepOutput content() {
        return new StepOutput(first, leftOut, new ArrayList<>(last));
    }

    private static int chars(String line) {
        return line.length() + LINE_CHARS;
    }
}
