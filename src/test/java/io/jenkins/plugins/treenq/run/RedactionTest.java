// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.progress.Log;
import io.jenkins.plugins.treenq.buildkit.progress.PlainPrinter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
    private static String redacted(String line, String... secrets) {
        return Redaction.of(Arrays.asList(secrets)).apply(line);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void eachOccurrenceIsMasked() {
        assertEquals("a **** b ****.", redacted("a hunter2 b hunter2.", "hunter2"));
        assertEquals("********", redacted("hunter2hunter2", "hunter2"));
        assertEquals("nothing", redacted("nothing", "hunter2"));
    }

    @Test
    void theLongestOfNestedSecretsIsMasked() {
        assertEquals("x **** y", redacted("x secret-long y", "secret", "secret-long", "long"));
    }

    @Test
    void overlappingSecretsAreMaskedCompletely() {
        assertEquals("<****>", redacted("<abcdefghij>", "abcdef", "efghij"));
    }

    @Test
    void shortSecretsAreNotMasked() {
        assertEquals("abc and ****", redacted("abc and abcd", "abc", "abcd", "", null));
    }

    @Test
    void eachLineOfASecretIsMasked() {
        Redaction redaction = Redaction.of(List.of("-----BEGIN KEY-----\r\n  first\nsecond\nxyz\n"));
        assertEquals("#7 0.1 ****", redaction.apply("#7 0.1 -----BEGIN KEY-----"));
        assertEquals("#7 0.1 **** ****", redaction.apply("#7 0.1 first second"));
        assertEquals("#7 0.1 xyz", redaction.apply("#7 0.1 xyz"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "u", "us", "user:", "token ", "a longer text before it "})
    void aSecretIsMaskedWithinBase64OfALongerText(String before) {
        String secret = "correct horse";
        for (String after : List.of("", "\n", "!!", " and more")) {
            String encoded = base64(before + secret + after);
            String line = redacted("auth: " + encoded + " end", secret);
            assertTrue(line.startsWith("auth: ") && line.endsWith(" end") && line.contains("****"), line);
            String left = line.substring(6, line.length() - 4).replace("****", "");
            // Only characters that also encode bits of the surrounding text remain.
            int front = (before.length() * 8 + 5) / 6;
            int back = after.isEmpty() ? 0 : encoded.length() - (before.length() + secret.length()) * 8 / 6;
            assertTrue(left.length() <= front + back, line);
            assertFalse(line.contains(base64("correct").substring(0, 6)), line);
        }
    }

    @Test
    void base64OfASecretIsMaskedCompletely() {
        for (String secret : List.of("abcd", "abcde", "abcdef", "pässword?>~~")) {
            byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
            for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
                assertEquals("(****)", redacted("(" + encoder.encodeToString(bytes) + ")", secret));
                String bare = encoder.withoutPadding().encodeToString(bytes);
                assertEquals("(****)", redacted("(" + bare + ")", secret));
            }
        }
    }

    @Test
    void everyLineOfAFileInBase64IsMasked() {
        StringBuilder file = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            file.append("line ").append(i * i * 7919).append(" of a key\n");
        }
        Redaction redaction = Redaction.of(List.of(file.toString()));
        byte[] bytes = file.toString().getBytes(StandardCharsets.UTF_8);
        for (int width : List.of(76, 64)) {
            String wrapped = Base64.getMimeEncoder(width, new byte[] {'\n'}).encodeToString(bytes);
            for (String line : wrapped.split("\n")) {
                assertEquals("****", redaction.apply(line));
            }
        }
        assertEquals("****", redaction.apply(Base64.getEncoder().encodeToString(bytes)));
    }

    @Test
    void urlEncodedSecretsAreMasked() throws Exception {
        String secret = "p@s$ w/ö%+😀";
        String form = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        assertEquals("pw=****&x", redacted("pw=" + form + "&x", secret));
        assertEquals("pw=****&x", redacted("pw=" + form.replace("+", "%20").toLowerCase() + "&x", secret));
        // This encoder leaves more characters unescaped than the others.
        String path = new URI(null, null, "/" + secret.replace("+", ""), null).toASCIIString();
        assertEquals("/****", redacted(path, secret.replace("+", "")));
    }

    @Test
    void secretsEscapedForJsonAreMasked() {
        assertEquals("{\"pw\":\"****\"}", redacted("{\"pw\":\"a\\\"b\\\\c d\"}", "a\"b\\c d"));
        assertEquals("{\"pw\":\"****\"}", redacted("{\"pw\":\"a\\u0026b\\u003cc\"}", "a&b<c"));
    }

    @Test
    void linesOfAPrinterAreMasked() {
        List<String> lines = new ArrayList<>();
        try (PlainPrinter printer =
                new PlainPrinter(Redaction.of(List.of("hunter2")).before(lines::add))) {
            printer.onEvent(Log.vertex("RUN echo hunter2", 0L, null, false, "", null));
            printer.onEvent(Log.vertex("RUN echo hunter2", 0L, 5L, false, "echo hunter2 failed", null));
        }
        assertEquals(List.of("#1 RUN echo ****", "#1 ERROR: echo **** failed"), lines);
    }

    @Test
    void toStringContainsNoSecrets() {
        assertEquals(
                "Redaction[secrets=2]",
                Redaction.of(List.of("hunter2", "pa ss")).toString());
        assertFalse(new PercentEncodedMatcher("pa ss").toString().contains("ss "));
    }
}
