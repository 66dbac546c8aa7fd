// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
                    *      ; abc   ; true
                    *      ; a/c   ; false
                    a*c*e  ; abcde ; true
                    a*c    ; abd   ; false
                    ?      ; 😀    ; true
                    *??    ; €     ; true
                    [a-c]  ; b     ; true
                    [^a-c] ; b     ; false
                    [^a-c] ; é     ; true
                    a\\*   ; a*    ; true
                    a\\*   ; ab    ; false
                    **     ; a     ; true
                    """)
    void matchesLikeGo(String pattern, String name, boolean expected) throws InvalidPatternException {
        assertEquals(expected, new Glob(pattern).matches(name));
    }

    @Test
    void ignoresErrorsAfterTheFirstDifferenceLikeGo() throws InvalidPatternException {
        Glob glob = new Glob("a*[");
        assertEquals(false, glob.matches("b"));
        assertThrows(InvalidPatternException.class, () -> glob.matches("a"));
    }

    @Test
    void hostilePatternsTakeBoundedTime() {
        Glob glob = new Glob("a*".repeat(500) + "b");
        assertTimeoutPreemptively(Duration.ofMinutes(2), () -> assertEquals(false, glob.matches("a".repeat(100_000))));
    }
}
