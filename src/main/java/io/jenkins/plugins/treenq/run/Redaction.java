// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.progress.LineAssembler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Masks secrets in lines of text. A secret is found unchanged, escaped as in JSON, percent-encoded in any mixture, and
 * in base64 at any position in the encoded bytes. Each line of a secret of several lines is masked separately.
 *
 * <p>A secret, or a line of one, of fewer than four characters is not masked: it occurs in ordinary words, and masking
 * those would reveal the secret. A secret is not recognized after any other change (hexadecimal, reversal, colors
 * within the text), nor if it is divided between two lines.
 */
final class Redaction implements UnaryOperator<String> {
    /** The minimum length of a masked secret, in characters. */
    static final int SHORTEST = 4;

    private static final String MASK = "****";

    /**
     * The minimum length of a masked part of a secret's base64 encoding. Shorter parts would match other texts by
     * chance.
     */
    private static final int SHORTEST_BASE64 = 6;

    /** The line lengths of encoders: {@code base64} and MIME use 76 characters, PEM uses 64. */
    private static final List<Integer> BASE64_WIDTHS = List.of(76, 64);

    private final int count;
    private final Set<String> literals = new LinkedHashSet<>();
    private final List<PercentEncodedMatcher> percentEncoded = new ArrayList<>();

    private record Range(int start, int end) {}

    private Redaction(Collection<String> secrets) {
        count = secrets.size();
        for (String secret : secrets) {
            if (secret != null && secret.length() >= SHORTEST) {
                addBase64(secret);
                addBase64(secret.strip());
                for (String line : secret.split("[\r\n]")) {
                    addLine(line.strip());
                }
            }
        }
    }

    /** @param secrets the secrets to mask; null and empty ones are ignored */
    static Redaction of(Collection<String> secrets) {
        return new Redaction(secrets);
    }

    /** Returns a consumer that masks lines before it passes them on. */
    Consumer<String> before(Consumer<String> sink) {
        return line -> sink.accept(apply(line));
    }

    @Override
    public String apply(String line) {
        List<Range> found = new ArrayList<>();
        for (String literal : literals) {
            for (int at = line.indexOf(literal); at >= 0; at = line.indexOf(literal, at + 1)) {
                found.add(new Range(at, at + literal.length()));
            }
        }
        if (line.indexOf('%') >= 0 || line.indexOf('+') >= 0) {
            for (PercentEncodedMatcher secret : percentEncoded) {
                for (int at = 0; at < line.length(); at++) {
                    int end = secret.endOfMatch(line, at);
                    if (end > at) {
                        found.add(new Range(at, end));
                    }
                }
            }
        }
        return found.isEmpty() ? line : masked(line, found);
    }

    /**
     * Replaces the ranges of the line. Overlapping ranges are masked as one, so that no part of the shorter of two
     * overlapping secrets remains.
     */
    private static String masked(String line, List<Range> found) {
        found.sort(Comparator.comparingInt(Range::start));
        StringBuilder text = new StringBuilder();
        int end = 0;
        for (Range range : found) {
            if (range.start >= end) {
                text.append(line, end, range.start).append(MASK);
            }
            end = Math.max(end, range.end);
        }
        return text.append(line, end, line.length()).toString();
    }

    private void addLine(String line) {
        if (line.length() < SHORTEST) {
            return;
        }
        literals.add(line);
        String printed = LineAssembler.lineOf(line);
        if (printed.length() >= SHORTEST) {
            literals.add(printed);
        }
        String escaped = line.replace("\\", "\\\\").replace("\"", "\\\"").replace("\t", "\\t");
        literals.add(escaped);
        // Go's JSON encoder escapes these characters for HTML.
        literals.add(escaped.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"));
        if (PercentEncodedMatcher.differs(line)) {
            percentEncoded.add(new PercentEncodedMatcher(line));
        }
    }

    /**
     * Adds the base64 encodings of a secret. The encoding depends on the secret's position in a group of three bytes.
     * Unless the secret starts a group, its first and last encoded characters depend on the surrounding bytes, as in
     * {@code user:password}.
     */
    private void addBase64(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        for (int before = 0; before < 3; before++) {
            byte[] shifted = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, shifted, before, bytes.length);
            int first = before == 0 ? 0 : before + 1;
            String padded = Base64.getEncoder().encodeToString(shifted).substring(first);
            String certain = padded.substring(0, shifted.length * 8 / 6 - first);
            addBase64Text(padded);
            addBase64Text(padded.replace("=", ""));
            addBase64Text(certain);
            if (before == 0) {
                for (int width : BASE64_WIDTHS) {
                    for (int at = 0; at < padded.length() && padded.length() > width; at += width) {
                        addBase64Text(padded.substring(at, Math.min(at + width, padded.length())));
                    }
                }
            }
        }
    }

    private void addBase64Text(String text) {
        if (text.length() >= SHORTEST_BASE64) {
            literals.add(text);
            literals.add(text.replace('+', '-').replace('/', '_'));
        }
    }

    @Override
    public String toString() {
        return "Redaction[secrets=" + count + "]";
    }
}
