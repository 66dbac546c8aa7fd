// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalPrinterTest {
    private static final String ERASE = "\u001b[K\r\n";

    private final List<String> screen = new ArrayList<>();
    private Instant now = Instant.EPOCH;
    private TerminalPrinter.Size size = new TerminalPrinter.Size(40, 24);
    private final TerminalPrinter printer = new TerminalPrinter(screen::add, () -> size, () -> now);

    private void vertex(String name, long begin, Long end, String error) {
        printer.onEvent(new BuildEvent.VertexChanged(
                name,
                List.of(),
                name,
                false,
                Instant.EPOCH.plusMillis(begin),
                end == null ? null : Instant.EPOCH.plusMillis(end),
                error,
                null));
    }

    private static String frame(int up, String... lines) {
        return "\u001b[?7l" + (up == 0 ? "" : "\u001b[" + up + "A") + "\r" + String.join(ERASE, lines) + ERASE
                + "\u001b[J\u001b[?7h";
    }

    private String drawn() {
        printer.draw();
        return screen.get(screen.size() - 1);
    }

    @Test
    void stepsAreRedrawnInPlaceWithCurrentTimes() {
        vertex("[1/2] FROM busybox", 0, 500L, "");
        vertex("[2/2] RUN make", 500, null, "");
        printer.onEvent(new BuildEvent.Output("[2/2] RUN make", Instant.EPOCH.plusMillis(600), 1, "\u001b[31mone\n"));
        now = Instant.EPOCH.plusMillis(1_500);
        assertEquals(
                frame(
                        0,
                        "[+] Building 1.5s (1/2)",
                        " => [1/2] FROM busybox             0.5s",
                        " => [2/2] RUN make                 1.0s",
                        " => => # 0.100 one"),
                drawn());
        now = Instant.EPOCH.plusMillis(2_500);
        assertEquals(
                frame(
                        4,
                        "[+] Building 2.5s (1/2)",
                        " => [1/2] FROM busybox             0.5s",
                        " => [2/2] RUN make                 2.0s",
                        " => => # 0.100 one"),
                drawn());
        vertex("[2/2] RUN make", 500, 2_500L, "");
        printer.finish();
        assertEquals(
                frame(
                        4,
                        "[+] Building 2.5s (2/2) FINISHED",
                        " => [1/2] FROM busybox             0.5s",
                        " => [2/2] RUN make                 2.0s"),
                screen.get(2));
        printer.draw();
        assertEquals(3, screen.size());
    }

    @Test
    void theNewestStepsAreShownIfNotAllFit() {
        size = new TerminalPrinter.Size(24, 4);
        vertex("a step", 0, 100L, "");
        vertex("another step", 100, 200L, "");
        vertex("a step with a long name", 200, null, "");
        now = Instant.EPOCH.plusMillis(1_200);
        assertEquals(
                frame(0, "[+] Building 1.2s (2/3)", " => another step   0.1s", " => a step with... 1.0s"), drawn());
    }

    @Test
    void aFailedStepRemainsOnTheScreenWithItsOutput() {
        vertex("RUN false", 0, null, "");
        printer.onEvent(new BuildEvent.Output("RUN false", Instant.EPOCH.plusMillis(100), 2, "reason\n"));
        vertex("RUN false", 0, 1_000L, "exit code: 1");
        printer.finish();
        assertEquals(
                frame(
                        0,
                        "[+] Building 0.0s (1/1)",
                        " => ERROR RUN false                1.0s",
                        "------",
                        " > RUN false:",
                        "0.100 reason",
                        "------"),
                screen.get(0));
    }
}
