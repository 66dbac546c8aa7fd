// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.AbortException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FailureTextTest {
    @Test
    void failuresHaveReadableTexts() {
        assertEquals("the builder is gone", FailureText.of(new AbortException("the builder is gone")));
        assertEquals("'/a': it does not exist", FailureText.of(new NoSuchFileException("/a")));
        assertEquals("No space left on device", FailureText.of(new IOException("No space left on device")));
        assertEquals(
                "an unexpected failure (IllegalStateException); its stack is in Jenkins' log or the build's",
                FailureText.of(new IllegalStateException("java.nio.file.NoSuchFileException: /a")));
    }
}
