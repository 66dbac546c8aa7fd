// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * Assembles the pieces of one output stream to lines. The lines are what a terminal would display, adapted to a log to
 * which lines can only be appended.
 *
 * <ul>
 *   <li>A line ends with LF. An incomplete line at the end of the output is delivered by {@link #flush}.
 *   <li>CR followed by text overwrites the line. Of a line that is overwritten repeatedly, one state every five seconds
 *       and the last state are kept.
 *   <li>Of escape sequences, only colours and other text attributes are kept. Concealed text is an exception, because
 *       Jenkins stores its own markup of logs between {@code ESC[8m} and {@code ESC[0m}, and a build must not be able
 *       to write such markup.
 *   <li>Other control characters except tabs are removed.
 *   <li>A line longer than {@link #LONGEST_LINE} is delivered in pieces, which limits the memory.
 * </ul>
 */
public final class LineAssembler {
    /** Maximum length of a line in UTF-16 code units. */
    static final int LONGEST_LINE = 1 << 20;

    private static final Duration REDRAW_PERIOD = Duration.ofSeconds(5);
    private static final int LONGEST_SEQUENCE = 64;
    private static final int KEPT_CAPACITY = 1 << 13;
    private static final char ESCAPE = 0x1b;
    private static final Pattern ATTRIBUTES = Pattern.compile("[0-9;:]*");
    private static final Pattern KEPT_SEQUENCE = Pattern.compile("\u001b\\[[0-9;:]*+m");
    private static final Pattern CONCEALED = Pattern.compile("0*8");

    /** The parser's position in an escape sequence (ECMA-48). */
    private enum State {
        TEXT,
        ESCAPED,
        DESIGNATION,
        CONTROL,
        STRING
    }

    private final BiConsumer<Instant, String> lines;
    private final StringBuilder sequence = new StringBuilder();
    private final StringBuilder redrawn = new StringBuilder();
    private StringBuilder line = new StringBuilder();
    private State state = State.TEXT;
    private boolean returned;
    private Instant since;
    private Instant shown;

    /** @param lines receives each line without its line end, and the time of the line's first piece */
    LineAssembler(BiConsumer<Instant, String> lines) {
        this.lines = lines;
    }

    /** Returns the lines of a complete text. */
    static List<String> linesOf(String text) {
        List<String> lines = new ArrayList<>();
        LineAssembler assembler = new LineAssembler((time, line) -> lines.add(line));
        assembler.append(text, Instant.EPOCH);
        assembler.flush();
        return lines;
    }

    /** Joins the lines of a text to one line. */
    public static String lineOf(String text) {
        return String.join(" ", linesOf(text));
    }

    /**
     * Returns the lines of a text without any escape sequences, also without attributes such as colours, and without
     * other control characters except tabs. Texts that are no output of a build step need none.
     */
    public static String plainText(String text) {
        return plain(String.join("\n", linesOf(text)) + (text.endsWith("\n") ? "\n" : ""));
    }

    /** Joins the lines of a text to one line, as {@link #plainText} has them. */
    public static String plainLine(String text) {
        return plain(lineOf(text));
    }

    private static String plain(String lines) {
        return KEPT_SEQUENCE.matcher(lines).replaceAll("");
    }

    void append(String text, Instant time) {
        if (shown == null) {
            shown = time;
        }
        int at = 0;
        while (at < text.length()) {
            int end = plainEnd(text, at);
            if (end > at) {
                since = since == null ? time : since;
                line.append(text, at, end);
                at = end;
            } else {
                append(text.charAt(at++), time);
            }
        }
    }

    /**
     * Returns the end of the printable ASCII characters that belong to the line unchanged. Most of a log consists of
     * them, so that appending them at once is faster than parsing each character.
     */
    private int plainEnd(String text, int start) {
        int end = start;
        if (state == State.TEXT && !returned) {
            int most = Math.min(text.length(), start + LONGEST_LINE - line.length());
            while (end < most && isPlain(text.charAt(end))) {
                end++;
            }
        }
        return end;
    }

    private static boolean isPlain(char c) {
        return c >= ' ' && c < 0x7f;
    }

    /** Returns the length of the line that has no line end yet. */
    int pendingLength() {
        return line.length();
    }

    /** Delivers the line that has no line end yet. */
    void flush() {
        if (line.length() > 0) {
            end();
        }
    }

    private void append(char c, Instant time) {
        if (since == null) {
            since = time;
        }
        if (c == '\n') {
            end();
            shown = time;
        } else if (c == '\r') {
            state = State.TEXT;
            returned = true;
        } else {
            state = next(c, time);
        }
    }

    private State next(char c, Instant time) {
        if (c == ESCAPE) {
            sequence.setLength(0);
            return State.ESCAPED;
        }
        switch (state) {
            case TEXT:
                if (c == '\t' || !Character.isISOControl(c)) {
                    text(c, time);
                }
                return State.TEXT;
            case ESCAPED:
                if (c == '[') {
                    return State.CONTROL;
                }
                boolean string = c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_';
                return string ? State.STRING : between(c, ' ', '/') ? State.DESIGNATION : State.TEXT;
            case DESIGNATION:
                return between(c, ' ', '/') ? state : State.TEXT;
            case CONTROL:
                if (sequence.length() < LONGEST_SEQUENCE) {
                    sequence.append(c);
                }
                if (between(c, '@', '~')) {
                    attributes();
                    return State.TEXT;
                }
                return state;
            default:
                return c == '\u0007' ? State.TEXT : state;
        }
    }

    private static boolean between(char c, char first, char last) {
        return c >= first && c <= last;
    }

    private void text(char c, Instant time) {
        if (returned) {
            if (line.length() > 0 && !time.isBefore(shown.plus(REDRAW_PERIOD))) {
                lines.accept(since, line.toString());
                shown = time;
            }
            line.setLength(0);
            line.append(redrawn);
            redrawn.setLength(0);
            returned = false;
            since = time;
        }
        // A line is not split between the surrogates of a supplementary character.
        if (line.length() >= LONGEST_LINE && !Character.isLowSurrogate(c)) {
            lines.accept(since, line.toString());
            line.setLength(0);
        }
        line.append(c);
    }

    private void attributes() {
        int last = sequence.length() - 1;
        String parameters = sequence.substring(0, last);
        if (sequence.charAt(last) != 'm' || !ATTRIBUTES.matcher(parameters).matches() || conceals(parameters)) {
            return;
        }
        // After a CR, attributes belong to the text that overwrites the line, if there is any.
        StringBuilder target = returned ? redrawn : line;
        if (target.length() < (returned ? LONGEST_SEQUENCE : LONGEST_LINE)) {
            target.append(ESCAPE).append('[').append(sequence);
        }
    }

    /** Returns whether text attributes conceal text. In the parameters of an extended colour, 8 is only a number. */
    private static boolean conceals(String parameters) {
        List<String> all = List.of(parameters.split("[;:]"));
        boolean colour = all.contains("38") || all.contains("48") || all.contains("58");
        return !colour
                && all.stream()
                        .anyMatch(parameter -> CONCEALED.matcher(parameter).matches());
    }

    private void end() {
        line.append(redrawn);
        String text = line.toString();
        Instant time = since;
        if (line.capacity() > KEPT_CAPACITY) {
            line = new StringBuilder();
        } else {
            line.setLength(0);
        }
        redrawn.setLength(0);
        returned = false;
        since = null;
        // Without this, a sequence without end would remove the rest of the log.
        state = State.TEXT;
        lines.accept(time, text);
    }
}
