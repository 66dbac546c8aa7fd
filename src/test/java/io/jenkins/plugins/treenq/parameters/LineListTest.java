// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import net.sf.json.JSONArray;
import net.sf.json.JSONObject;
import org.junit.jupiter.api.Test;

/** The text of a text area for a list, and the list that is read from a text. */
class LineListTest {
    private static List<?> read(String text) {
        JSONObject form = new JSONObject();
        form.put("field", text);
        LineList.bind(form, List.of("field"));
        return List.copyOf((JSONArray) form.get("field"));
    }

    private static void assertText(String text, String... entries) {
        assertEquals(text, LineList.text(List.of(entries)));
        assertEquals(List.of(entries), read(text));
    }

    @Test
    void anEntryIsALine() {
        assertText("A=1\nB= \"2\"\nC=\\n", "A=1", "B= \"2\"", "C=\\n");
    }

    @Test
    void anEntryWithLineBreaksIsInQuotes() {
        assertText(
                "A=1\n\"B=first\\nsecond \\\"C:\\\\new\\\"\\r\\n\"\nD", "A=1", "B=first\nsecond \"C:\\new\"\r\n", "D");
    }

    @Test
    void anEntryWithSurroundingWhiteSpaceIsInQuotes() {
        assertText("\"A=1 \"\n\" B=2\"", "A=1 ", " B=2");
    }

    @Test
    void quotesThatNoEntryNeedsArePartOfIt() {
        assertText(
                "\"A=1\"\n\"\n\"\"\n\"A=1\\x\"\n\"A\"B\"\n\"A\\\"",
                "\"A=1\"",
                "\"",
                "\"\"",
                "\"A=1\\x\"",
                "\"A\"B\"",
                "\"A\\\"");
    }

    @Test
    void anEntryThatLooksLikeAQuotedOneIsQuotedAgain() {
        assertText("\"\\\"A=1\\\\n2\\\"\"", "\"A=1\\n2\"");
        String entry = "A=1\n2";
        for (int i = 0; i < 4; i++) {
            entry = LineList.text(List.of(entry));
            assertEquals(List.of(entry), read(LineList.text(List.of(entry))));
        }
    }

    @Test
    void everyEntryOfFewCharactersIsKept() {
        String characters = "\"\\nr\n\rA =";
        int count = characters.length();
        IntStream.range(0, count * count * count * count * count).forEach(number -> {
            StringBuilder entry = new StringBuilder();
            for (int rest = number; rest > 0; rest /= count) {
                entry.append(characters.charAt(rest % count));
            }
            if (!entry.toString().isBlank()) {
                assertEquals(List.of(entry.toString()), read(LineList.text(List.of(entry.toString()))));
            }
        });
    }

    @Test
    void aLongEntryIsKept() {
        String entry = "CERTIFICATE=" + "a line of \"text\"\n".repeat(10_000);
        assertEquals(List.of(entry), read(LineList.text(List.of(entry))));
    }
}
