// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class IgnoreFileTest {
    private static List<String> patterns(String text) throws BuildkitException.InvalidRequestException {
        return IgnoreFile.patterns(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void linesAreParsedLikeInTheFrontend() throws Exception {
        assertEquals(
                List.of("a", "#b", "c/d", "!e", "!f g", "/", "..", "!", "h", "!!x", "j"),
                patterns("\uFEFFa\r\n# comment\n #b\n/c//./d/\n!e/\n ! f g \n\n/\n../\n!\n\u00a0h\u00a0\n!!x\n.//j"));
        assertEquals(List.of(), patterns(""));
        assertEquals(List.of(), patterns("\uFEFF"));
    }

    @Test
    void aLineThatIsTooLongIsRefused() throws Exception {
        assertEquals(1, patterns("a".repeat(65_535) + "\n").size());
        assertThrows(BuildkitException.InvalidRequestException.class, () -> patterns("a".repeat(65_536)));
    }
}
