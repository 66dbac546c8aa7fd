// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A shell pattern with the rules of Go's {@code filepath.Match}: {@code *} and {@code ?} match no "/", {@code [a-z]}
 * and {@code [^a-z]} may match one, and a backslash makes the next character literal. The time of a match is at most
 * proportional to the product of the lengths of pattern and name.
 */
final class Glob {
    /** The characters that one position of the pattern matches. */
    private interface Piece {
        /**
         * Returns the number of bytes that this piece matches at the offset, which is inside of the name, or -1 if it
         * does not match.
         */
        int take(byte[] name, int offset);
    }

    /**
     * A part of the pattern between stars.
     *
     * @param star whether a star precedes the part
     * @param pieces the pieces of the part; null if the part is malformed
     */
    private record Chunk(boolean star, List<Piece> pieces) {
        /** Returns the offset behind the match of this part, or -1 if the part does not match at the offset. */
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

    /**
     * @throws InvalidPatternException if the malformed part of the pattern had to be evaluated; as in Go, a part that
     *     is not reached is not reported
     */
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
            // As in Go, the position advances by bytes, so that a "?" behind a star can match a part of a character.
            // Except for the last chunk, the first position that matches is sufficient, because the star of the next
            // chunk can skip as much as an earlier star.
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

    /** Returns the index of the next star that is neither escaped nor in brackets, or the end of the pattern. */
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
                    // The character belongs to the chunk.
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

        /** Parses one end of a range. The chunk cannot end behind it, because the closing bracket is missing. */
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

    /** Returns the character at the offset, or U+FFFD if no valid character starts there. */
    private static int character(byte[] name, int offset) {
        return new String(name, offset, length(name, offset), StandardCharsets.UTF_8).codePointAt(0);
    }

    /**
     * Returns the number of bytes of the character at the offset. As in Go, it is 1 if no valid character starts there.
     */
    private static int length(byte[] name, int offset) {
        int lead = name[offset] & 0xff;
        int length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        boolean character = offset + length <= name.length
                && NameBytes.isUtf8(NameBytes.text(Arrays.copyOfRange(name, offset, offset + length)));
        return character ? length : 1;
    }
}
