// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;

/** Steps of Dockerfiles that run on this machine's daemons, found by a mark in their commands. */
final class DaemonSteps {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int POLL_MILLIS = 100;

    private DaemonSteps() {}

    /** @param wanted whether such a step shall run, or run no more */
    static void await(String mark, boolean wanted) throws InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (run(mark) != wanted) {
            assertTrue(Instant.now().isBefore(end), wanted ? "the step does not run" : "the step still runs");
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static boolean run(String mark) {
        return ProcessHandle.allProcesses().anyMatch(process -> process.info()
                .commandLine()
                .filter(line -> line.contains(mark))
                .isPresent());
    }
}
