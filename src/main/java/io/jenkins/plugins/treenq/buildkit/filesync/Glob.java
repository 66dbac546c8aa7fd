// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A shell pattern with the rules of Go's {@code filepath.Match}: {@code *} and {@code ?} stop at "/", {@code [a-z]} and
 * {@code [^a-z]} do not, a backslash takes the next character literally. Takes time in the product of both lengths at
 * most.
 */
final class Glob {
    /** What one place of the pattern accepts. */
    private interface Piece {
        /** Bytes of the name that it takes at the offset, which is inside the name, or -1. */
        int take(byte[] name, int offset);
    }

    /**
     * What stands between stars.
     *
     * @param star whether one stands before it
     * @param pieces null if it is no pattern
     */
    private record Chunk(boolean star, List<Piece> pieces) {
        /** Where the name goes on behind this, or -1. */
        int match(byte[] name, int offset) {
            int at = offset;
            for (Piece piece : pieces) {
                int taken = at < name.length ? piece.take(name, at) : -1;
                if (taken < 0) {
                    return -1;
                }
                at += taken;
            }
            return at;
        }
    }

    private final String pattern;
    private final List<Chunk> chunks = new ArrayList<>();

    Glob(String pattern) {
        this.pattern = pattern;
        for (int start = 0; start < pattern.length(); ) {
            int text = start;
            while (text < pattern.length() && pattern.charAt(text) == '*') {
                text++;
            }
            int end = chunkEnd(pattern, text);
            List<Piece> pieces;
            try {
                pieces = new ChunkParser(pattern.substring(text, end)).pieces();
            } catch (InvalidPatternException e) {
                pieces = null;
            }
            chunks.add(new Chunk(text > start, pieces));
            start = end;
        }
    }

    /** @throws InvalidPatternException only if the wrong part of the pattern had to be looked at, as in Go */
    boolean matches(String text) throws InvalidPatternException {
        byte[] name = NameBytes.of(text);
        int at = 0;
        for (int i = 0; i < chunks.size(); i++) {
            Chunk chunk = chunks.get(i);
            if (chunk.pieces == null) {
                throw new InvalidPatternException("syntax error in pattern '" + pattern + "'");
            }
            boolean last = i == chunks.size() - 1;
            if (last && chunk.pieces.isEmpty()) {
                return indexOfSlash(name, at) < 0;
            }
            int end = chunk.match(name, at);
            // Go steps by bytes here, so that a "?" behind a star can take a part of a character. The first place that
            // fits is good enough but for the last chunk: what follows can skip as much as an earlier star.
            while (chunk.star && (end < 0 || last && end < name.length) && at < name.length && name[at] != '/') {
                end = chunk.match(name, ++at);
            }
            if (end < 0 || last && end < name.length) {
                return false;
            }
            at = end;
        }
        return at == name.length;
    }

    private static int indexOfSlash(byte[] name, int from) {
        for (int i = from; i < name.length; i++) {
            if (name[i] == '/') {
                return i;
            }
        }
        return -1;
    }

    /** Up to the next star that is neither escaped nor in brackets. */
    private static int chunkEnd(String pattern, int from) {
        boolean brackets = false;
        for (int i = from; i < pattern.length(); i++) {
            switch (pattern.charAt(i)) {
                case '\\' -> i++;
                case '[' -> brackets = true;
                case ']' -> brackets = false;
                case '*' -> {
                    if (!brackets) {
                        return i;
                    }
                }
                default -> {
                    // Belongs to the chunk.
                }
            }
        }
        return pattern.length();
    }

    private static final class ChunkParser {
        private final String text;
        private int read;

        ChunkParser(String text) {
            this.text = text;
        }

        List<Piece> pieces() throws InvalidPatternException {
            List<Piece> pieces = new ArrayList<>();
            while (read < text.length()) {
                switch (text.charAt(read)) {
                    case '?' -> {
                        read++;
                        pieces.add((name, offset) -> name[offset] == '/' ? -1 : length(name, offset));
                    }
                    case '[' -> {
                        read++;
                        pieces.add(brackets());
                    }
                    default -> pieces.add(literal(escapable()));
                }
            }
            return pieces;
        }

        private Piece brackets() throws InvalidPatternException {
            boolean negated = read < text.length() && text.charAt(read) == '^';
            if (negated) {
                read++;
            }
            List<int[]> ranges = new ArrayList<>();
            while (ranges.isEmpty() || text.charAt(read) != ']') {
                int low = rangeEnd();
                int high = low;
                if (text.charAt(read) == '-') {
                    read++;
                    high = rangeEnd();
                }
                ranges.add(new int[] {low, high});
            }
            read++;
            return (name, offset) -> {
                int character = character(name, offset);
                for (int[] range : ranges) {
                    if (range[0] <= character && character <= range[1]) {
                        return negated ? -1 : length(name, offset);
                    }
                }
                return negated ? length(name, offset) : -1;
            };
        }

        /** One character of a range; the chunk does not end behind it. */
        private int rangeEnd() throws InvalidPatternException {
            if (read < text.length() && (text.charAt(read) == '-' || text.charAt(read) == ']')) {
                throw new InvalidPatternException(text);
            }
            int end = escapable();
            if (read == text.length() || NameBytes.isRaw(end)) {
                throw new InvalidPatternException(text);
            }
            return end;
        }

        private int escapable() throws InvalidPatternException {
            if (read < text.length() && text.charAt(read) == '\\') {
                read++;
            }
            if (read == text.length()) {
                throw new InvalidPatternException(text);
            }
            int character = text.codePointAt(read);
            read += Character.charCount(character);
            return character;
        }
    }

    private static Piece literal(int character) {
        byte[] expected = NameBytes.of(Character.toString(character));
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
    private static int character(byte[] name, int offset) {
        return new String(name, offset, length(name, offset), StandardCharsets.UTF_8).codePointAt(0);
    }

    /** Where no character starts, Go counts each byte alone. */
    private static int length(byte[] name, int offset) {
        int lead = name[offset] & 0xff;
        int length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        boolean character = offset + length <= name.length
                && NameBytes.isUtf8(NameBytes.text(Arrays.copyOfRange(name, offset, offset + length)));
        return character ? length : 1;
    }
}
