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
 * Masks secrets in lines of text: as they are, escaped as in JSON, percent-encoded in any mixture, and in base64
 * wherever they lie within the encoded bytes. Of a secret of several lines each line is masked.
 *
 * <p>A secret, or a line of one, of less than four characters is left alone: it occurs in ordinary words, and masking
 * those would tell what it is. A secret is not recognized after any other change (hex, reversal, colours within), nor
 * when it is divided between two lines.
 */
final class Redaction implements UnaryOperator<String> {
    /** In characters; shorter secrets are not masked. */
    static final int SHORTEST = 4;

    private static final String MASK = "****";

    /** Part of a secret's encoding may be as short as this, lest parts be hit by chance. */
    private static final int SHORTEST_BASE64 = 6;

    /** Where encoders break lines: {@code base64} and MIME, PEM. */
    private static final List<Integer> BASE64_WIDTHS = List.of(76, 64);

    private final int count;
    private final Set<String> literals = new LinkedHashSet<>();
    private final List<PercentEncoded> percentEncoded = new ArrayList<>();

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

    /** @param secrets that must not appear; null and empty ones count for nothing */
    static Redaction of(Collection<String> secrets) {
        return new Redaction(secrets);
    }

    /** A sink that masks lines before another one gets them. */
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
            for (PercentEncoded secret : percentEncoded) {
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

    /** Hits that overlap become one, so that nothing remains of the shorter of two secrets that share characters. */
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
        // Go's encoder takes care for HTML.
        literals.add(escaped.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"));
        if (PercentEncoded.differs(line)) {
            percentEncoded.add(new PercentEncoded(line));
        }
    }

    /**
     * A secret's base64 depends on where it starts in a group of three bytes, and its first and last character there on
     * what surrounds it, as in {@code user:password}.
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
