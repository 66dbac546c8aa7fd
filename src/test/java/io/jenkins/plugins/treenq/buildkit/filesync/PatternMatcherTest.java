// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatternMatcherTest {
    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
                    # what most people write
                    *.log                    ; x.log          ; true
                    *.log                    ; a/x.log        ; false
                    **/*.log                 ; x.log          ; true
                    **/*.log                 ; a/b/x.log      ; true
                    node_modules             ; node_modules/a/b ; true
                    node_modules             ; a/node_modules ; false
                    **/node_modules          ; a/node_modules/b ; true
                    a/**/z                   ; a/z            ; true
                    a/**/z                   ; a/b/c/z        ; true
                    a/**                     ; a/b            ; true
                    a/**                     ; a              ; false
                    a/*                      ; a/b            ; true
                    file?.txt                ; file1.txt      ; true
                    file?.txt                ; file/.txt      ; false
                    [a-c].txt                ; b.txt          ; true
                    a\\*                     ; a*             ; true
                    a\\*                     ; ab             ; false
                    # the last match wins
                    *,!a                     ; a              ; false
                    *,!a,a                   ; a              ; true
                    a,!a/b                   ; a/b            ; false
                    a,!a/b                   ; a/c            ; true
                    a,!a/b,a/b/c             ; a/b/c          ; true
                    !a,a                     ; a              ; true
                    # cleaned
                    ./a/                     ; a              ; true
                    a//b                     ; a/b            ; true
                    a/../b                   ; b              ; true
                    /a                       ; a              ; false
                    *,!b/../a                ; a              ; true
                    *,b/../!a                ; a              ; false
                    # quirks that others rely on
                    **a                      ; b/ca           ; true
                    a**                      ; ab/c           ; true
                    ***                      ; a/b            ; true
                    [^a]                     ; b              ; true
                    a[^b]c                   ; a/c            ; true
                    \\d.txt                  ; 5.txt          ; true
                    \\d.txt                  ; d.txt          ; false
                    [[:digit:]].txt          ; 5.txt          ; true
                    ^a*                      ; ab             ; true
                    x|y*                     ; prefix/y       ; true
                    x{2}*                    ; xx1            ; true
                    x{2}                     ; x{2}           ; true
                    x{2}                     ; xx             ; false
                    """)
    void matchesLikePatternmatcher(String patterns, String path, boolean expected) throws InvalidPatternException {
        assertEquals(expected, matches(path, patterns.split(",")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "[]a]", "[a-]", "a\\", "!"})
    void refusesInvalidPatterns(String pattern) {
        assertThrows(InvalidPatternException.class, () -> new PatternMatcher(List.of(pattern), PathRules.UNIX));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\y*", "x{3,2}*", "x{1001}*", "[[:nothing:]]", "\\x{110000}", "\\é*", "[\\é]"})
    void reportsAnInvalidExpressionAtItsFirstUse(String pattern) throws InvalidPatternException {
        PatternMatcher matcher = new PatternMatcher(List.of("a", pattern), PathRules.UNIX);
        assertEquals(true, matcher.match("a", null).matched());
        assertThrows(InvalidPatternException.class, () -> matcher.match("x", null));
    }

    @Test
    void aPathAloneIsMatchedByPatternsThatWereSkippedForItsFolder() throws InvalidPatternException {
        PatternMatcher matcher = new PatternMatcher(List.of("*", "!a/b", "a"), PathRules.UNIX);
        PatternMatcher.Match folder = matcher.match("a", null);
        assertEquals(true, matcher.overlooked("a", folder));
        assertEquals(false, matcher.match("a/b", folder).matched());
        assertEquals(true, matcher.matchesAlone("a/b"));
        assertEquals(false, matcher.overlooked("c", matcher.match("c", null)));
    }

    @Test
    void emptyPatternsAreIgnored() throws InvalidPatternException {
        assertEquals(
                0,
                new PatternMatcher(List.of("", " ", "\t\n\u00a0"), PathRules.UNIX)
                        .patterns()
                        .size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "**a**a**a**a**a**a**a**a**a**a**a**b",
                "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
                "**/**/**/**/**/**/**/**/**/**/**/**/b?",
                "[a]{1000}[a]{1000}[a]{1000}b|[a]{1000}b",
            })
    void hostilePatternsTakeBoundedTime(String pattern) throws InvalidPatternException {
        PatternMatcher matcher = new PatternMatcher(List.of(pattern), PathRules.UNIX);
        String path = "a".repeat(2000) + "/" + "a/".repeat(1000) + "a";
        assertTimeoutPreemptively(
                Duration.ofMinutes(2),
                () -> assertEquals(false, matcher.match(path, null).matched()));
    }

    /** Each vector is a result of moby/patternmatcher v0.6.1. */
    @Test
    void anInvalidByteMatchesTheReplacementCharacter() throws InvalidPatternException {
        assertEquals(true, matches("x\uDCFFy", "x\uDCFF?"));
        assertEquals(true, matches("x\uDC80y", "x\uDCFF?"));
        assertEquals(true, matches("x\uFFFDy", "x\uDCFF?"));
        assertEquals(true, matches("x\uDCFF", "?\uDCFF"));
        assertEquals(true, matches("x\uDCFF", "?\uFFFD"));
        assertEquals(false, matches("x\u00e9", "?\uDCFF"));
        assertEquals(true, matches("x\uDCFF", "x\uDCFF"));
        assertEquals(false, matches("x\uDC80", "x\uDCFF"));
    }

    /** Each vector is a result of moby/patternmatcher v0.6.1. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
                    {{2}*                    ; {{1            ; true
                    x{{0,2}*                 ; x{{a           ; true
                    [{{2}]                   ; {              ; true
                    \\Q{{2}\\E*              ; {{2}a          ; true
                    \\Q\\é\\E*               ; \\éa           ; true
                    \\p{Lu}*                 ; Ꞻa             ; true
                    """)
    void parsesBracesQuotationsAndClassesLikeGo(String pattern, String path, boolean expected)
            throws InvalidPatternException {
        assertEquals(expected, matches(path, pattern));
    }

    @Test
    void refusesPatternsThatWouldExhaustTheMemory() throws InvalidPatternException {
        PatternMatcher matcher = new PatternMatcher(List.of("a{1000}".repeat(1000) + "*"), PathRules.UNIX);
        assertThrows(InvalidPatternException.class, () -> matcher.match("a", null));
    }

    private static boolean matches(String path, String... patterns) throws InvalidPatternException {
        PatternMatcher matcher = new PatternMatcher(List.of(patterns), PathRules.UNIX);
        PatternMatcher.Match match = null;
        for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
            match = matcher.match(path.substring(0, end), match);
        }
        return matcher.match(path, match).matched();
    }
}
