// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A shell pattern with the rules of Go's {@code filepath.Match}: {@code *} and {@code ?} stop at "/", {@code [a-z]} and
 * {@code [^a-z]} do not, a backslash takes the next character literally. Takes time in the product of both lengths at
 * most.
 */
final class Glob {
    /** What one place of the pattern accepts: a range of characters, or one byte. */
    private interface Piece {
        /** Bytes of the name that it takes at the offset, which is inside the name, or -1. */
        int take(byte[] name, int offset);
    }

    private static final Piece STAR = (name, offset) -> -1;

    private final String pattern;
    private final List<Piece> pieces = new ArrayList<>();
    private int read;

    private Glob(String pattern) {
        this.pattern = pattern;
    }

    static Glob of(String pattern) throws InvalidPattern {
        Glob glob = new Glob(pattern);
        while (glob.read < pattern.length()) {
            glob.pieces.add(glob.piece());
        }
        return glob;
    }

    boolean matches(String text) {
        byte[] name = text.getBytes(StandardCharsets.UTF_8);
        int at = 0;
        int piece = 0;
        int starAt = -1;
        int starPiece = -1;
        while (true) {
            if (piece < pieces.size() && pieces.get(piece) == STAR) {
                starAt = at;
                starPiece = piece++;
                continue;
            }
            if (piece == pieces.size() && at == name.length) {
                return true;
            }
            int taken = piece < pieces.size() && at < name.length ? pieces.get(piece).take(name, at) : -1;
            if (taken >= 0) {
                at += taken;
                piece++;
                continue;
            }
            // Only the last star can still help: whatever an earlier one could take, the last one can take as well.
            if (starPiece < 0 || starAt == name.length || name[starAt] == '/') {
                return false;
            }
            // Go steps by bytes here, so that a "?" behind a star can take a part of a character.
            at = ++starAt;
            piece = starPiece + 1;
        }
    }

    private Piece piece() throws InvalidPattern {
        char next = pattern.charAt(read);
        if (next == '*') {
            read++;
            return STAR;
        }
        if (next == '?') {
            read++;
            return (name, offset) -> name[offset] == '/' ? -1 : runeLength(name, offset);
        }
        if (next == '[') {
            read++;
            return range();
        }
        if (next == '\\') {
            read++;
        }
        return literal(codePoint());
    }

    private Piece range() throws InvalidPattern {
        boolean negated = read < pattern.length() && pattern.charAt(read) == '^';
        if (negated) {
            read++;
        }
        List<int[]> ranges = new ArrayList<>();
        while (ranges.isEmpty() || pattern.charAt(read) != ']') {
            int low = rangeEnd();
            int high = low;
            if (pattern.charAt(read) == '-') {
                read++;
                high = rangeEnd();
            }
            ranges.add(new int[] {low, high});
        }
        read++;
        return (name, offset) -> {
            int rune = rune(name, offset);
            boolean inside = ranges.stream().anyMatch(range -> range[0] <= rune && rune <= range[1]);
            return inside == negated ? -1 : runeLength(name, offset);
        };
    }

    /** One character of a range; there is another one behind it. */
    private int rangeEnd() throws InvalidPattern {
        if (read < pattern.length() && (pattern.charAt(read) == '-' || pattern.charAt(read) == ']')) {
            throw invalid();
        }
        if (read < pattern.length() && pattern.charAt(read) == '\\') {
            read++;
        }
        int end = codePoint();
        if (read == pattern.length()) {
            throw invalid();
        }
        return end;
    }

    private int codePoint() throws InvalidPattern {
        if (read == pattern.length()) {
            throw invalid();
        }
        int codePoint = pattern.codePointAt(read);
        read += Character.charCount(codePoint);
        return codePoint;
    }

    private InvalidPattern invalid() {
        return new InvalidPattern("syntax error in pattern '" + pattern + "'");
    }

    private static Piece literal(int codePoint) {
        byte[] expected = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
        return (name, offset) -> {
            for (int i = 0; i < expected.length; i++) {
                if (offset + i == name.length || name[offset + i] != expected[i]) {
                    return -1;
                }
            }
            return expected.length;
        };
    }

    /** U+FFFD where no character starts. */
    private static int rune(byte[] name, int offset) {
        int length = runeLength(name, offset);
        return new String(name, offset, length, StandardCharsets.UTF_8).codePointAt(0);
    }

    /** The name is valid UTF-8, so only an offset inside a character starts none; Go counts each such byte alone. */
    private static int runeLength(byte[] name, int offset) {
        int lead = name[offset] & 0xff;
        return lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    }
}
