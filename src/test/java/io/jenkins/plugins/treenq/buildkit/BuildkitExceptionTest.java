// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
class BuildkitExceptionTest {
    @ParameterizedTest
    @CsvSource({
        "'a b', 'a b'",
        "'  a\n', a",
        "'a  \n\n\t b', 'a b'",
        "'a\r\nb\u000bc\fd\u0085e\u2028f\u2029g', 'a b c d e f g'",
        "'a\u001b[2Jb\u0000c\u009bd', 'a\uFFFD[2Jb\uFFFDc\uFFFDd'",
        "'\uD800', '\uFFFD'",
        "'\uD83D\uDC1F', '\uD83D\uDC1F'",
        "' \n ', ''",
    })
    void aMessageIsOneLineWithoutControlCharacters(String text, String line) {
        assertEquals(line, new BuildkitException.InvalidRequestException(text).getMessage());
    }

    @Test
    void aLongBlankInAMessageDoesNotBlockTheThread() {
        String text = "a" + " ".repeat(4 << 20) + "b";
        assertEquals(text, new BuildkitException.InvalidRequestException(text).getMessage());
    }
}
