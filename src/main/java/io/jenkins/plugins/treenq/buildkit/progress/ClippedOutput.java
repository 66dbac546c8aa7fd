// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The first and the last lines of a step's output, within a memory limit. */
public final class ClippedOutput {
    static final int FIRST_CHARS = 16 << 10;
    static final int LAST_CHARS = 48 << 10;

    /** Memory that a line uses in addition to its characters. */
    private static final int LINE_CHARS = 32;

    private final List<String> first = new ArrayList<>();
    private final Deque<String> last = new ArrayDeque<>();
    private int firstChars;
    private int lastChars;
    private long leftOut;

    /** Creates output that starts with the given output. */
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

    /** Appends output. */
    public void add(StepOutput more) {
        more.first().forEach(this::add);
        if (more.leftOut() > 0) {
            leaveOut(more.leftOut());
        }
        more.last().forEach(this::add);
    }

    /** Appends lines whose content is not available. */
    public void leaveOut(long lines) {
        leftOut += last.size() + lines;
        last.clear();
        lastChars = 0;
    }

    /** Removes the content and keeps only the number of lines. */
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

    /** Returns the approximate memory of the content, in characters. */
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
