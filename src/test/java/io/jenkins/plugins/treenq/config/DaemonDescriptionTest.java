// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.control.DaemonInfo;
import io.jenkins.plugins.treenq.buildkit.control.Worker;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DaemonDescriptionTest {
    private static final String PREFIX = "org.mobyproject.buildkit.worker.";

    private final Locale before = Locale.getDefault();

    @BeforeEach
    void english() {
        Locale.setDefault(Locale.ENGLISH);
    }

    @AfterEach
    void asBefore() {
        Locale.setDefault(before);
    }

    @Test
    void rootlessIsShownOnlyIfKnown() {
        assertEquals("rootless", end(Map.of(PREFIX + "oci.process-mode", "no-sandbox")));
        assertEquals("rootless according to its configuration", end(Map.of("rootless", "true")));
        assertEquals("not rootless according to its configuration", end(Map.of("rootless", "false")));
        assertEquals("rootless mode unknown", end(Map.of(PREFIX + "oci.process-mode", "sandbox")));
    }

    private static String end(Map<String, String> labels) {
        DaemonInfo info = new DaemonInfo("github.com/moby/buildkit", "v0.23.0", "", "");
        List<Platform> platforms = List.of(Platform.parse("linux/amd64"), Platform.parse("linux/386"));
        String text =
                DaemonDescription.of(info, List.of(new Worker("id", labels, platforms, List.of(), info, List.of())));
        String start = "BuildKit v0.23.0 · linux/amd64, linux/386 · snapshotter  · ";
        assertEquals(start, text.substring(0, start.length()));
        return text.substring(start.length());
    }
}
