// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.util.ArrayList;
import java.util.List;

/** Parses comma-separated values like Go's package {@code encoding/csv}. */
public final class Csv {
    private final String text;
    private final char separator;
    private final boolean rows;
    private int at;

    private Csv(String text, char separator, boolean rows) {
        this.text = text;
        this.separator = separator;
        this.rows = rows;
    }

    /** Returns the rows of a text. Empty rows are skipped. */
    static List<List<String>> rows(String text) {
        Csv csv = new Csv(text.replace("\r\n", "\n"), ',', true);
        List<List<String>> rows = new ArrayList<>();
        while (csv.at < csv.text.length()) {
            if (csv.text.charAt(csv.at) == '\n') {
                csv.at++;
                continue;
            }
            rows.add(csv.row());
        }
        return rows;
    }

    /**
     * Returns the fields of one row, in which a line break is an ordinary character.
     *
     * @throws HclException if a double quote is misplaced or missing
     */
    public static List<String> fields(String text, char separator) {
        return new Csv(text, separator, false).row();
    }

    private List<String> row() {
        List<String> fields = new ArrayList<>();
        while (true) {
            fields.add(field());
            if (at >= text.length()) {
                return fields;
            }
            char c = text.charAt(at++);
            if (c != separator) {
                return fields;
            }
        }
    }

    private boolean ends(char c) {
        return c == separator || rows && c == '\n';
    }

    private String field() {
        StringBuilder out = new StringBuilder();
        if (at >= text.length() || text.charAt(at) != '"') {
            while (at < text.length() && !ends(text.charAt(at))) {
                if (text.charAt(at) == '"') {
                    throw new HclException(null, "a CSV field without enclosing quotes contains a quote");
                }
                out.append(text.charAt(at++));
            }
            return out.toString();
        }
        at++;
        while (true) {
            if (at >= text.length()) {
                throw new HclException(null, "a quote in the CSV text is not closed");
            }
            char c = text.charAt(at++);
            if (c != '"') {
                out.append(c);
            } else if (at < text.length() && text.charAt(at) == '"') {
                out.append('"');
                at++;
            } else if (at >= text.length() || ends(text.charAt(at))) {
                return out.toString();
            } else {
                throw new HclException(null, "text follows a quoted CSV field");
            }
        }
    }
}
