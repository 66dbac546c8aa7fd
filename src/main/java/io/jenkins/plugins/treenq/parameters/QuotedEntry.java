// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;

/**
 * The line of a text area for an entry of a list that a line cannot contain as it is: one with line breaks, or with
 * white space at its beginning or end. The line is a text in double quotes, in which {@code \n} is a line break, such
 * as {@code "NOTE=first\nsecond"}. All other entries are their own lines, also those that begin and end with quotes.
 */
final class QuotedEntry {
    private static final char QUOTE = '"';
    private static final char ESCAPE = '\\';

    private QuotedEntry() {}

    /** Returns the line for an entry. */
    static String line(String entry) {
        return needsQuotes(entry) ? quoted(entry) : entry;
    }

    /** Returns the entry of a line. */
    static String entry(String line) {
        String content = content(line);
        return content != null && needsQuotes(content) ? content : line;
    }

    /** Tells whether the entry would be read differently from a line that consists of the entry itself. */
    private static boolean needsQuotes(String entry) {
        return entry.indexOf('\n') >= 0
                || entry.indexOf('\r') >= 0
                || !entry.strip().equals(entry)
                || !entry(entry).equals(entry);
    }

    private static String quoted(String entry) {
        StringBuilder line = new StringBuilder().append(QUOTE);
        for (char c : entry.toCharArray()) {
            switch (c) {
                case '\n' -> line.append(ESCAPE).append('n');
                case '\r' -> line.append(ESCAPE).append('r');
                case QUOTE, ESCAPE -> line.append(ESCAPE).append(c);
                default -> line.append(c);
            }
        }
        return line.append(QUOTE).toString();
    }

    /** Returns what is in quotes; null if the line is not a text in quotes. */
    @CheckForNull
    private static String content(String line) {
        int last = line.length() - 1;
        if (last < 1 || line.charAt(0) != QUOTE || line.charAt(last) != QUOTE) {
            return null;
        }
        StringBuilder content = new StringBuilder();
        for (int i = 1; i < last; i++) {
            char c = line.charAt(i);
            if (c == QUOTE) {
                return null;
            }
            if (c == ESCAPE) {
                i++;
                if (i == last) {
                    return null;
                }
                switch (line.charAt(i)) {
                    case 'n' -> c = '\n';
                    case 'r' -> c = '\r';
                    case QUOTE -> c = QUOTE;
                    case ESCAPE -> c = ESCAPE;
                    default -> {
                        return null;
                    }
                }
            }
            content.append(c);
        }
        return content.toString();
    }
}
