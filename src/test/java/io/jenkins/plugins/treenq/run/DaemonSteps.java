// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;

/** Waits for what daemons do, such as steps on this machine, which a mark in their commands finds. */
final class DaemonSteps {
    static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int POLL_MILLIS = 100;

    private DaemonSteps() {}

    /** @param wanted whether such a step shall run, or run no more */
    static void await(String mark, boolean wanted) throws Exception {
        await(wanted ? "the step does not run" : "the step still runs", () -> run(mark) == wanted);
    }

    /** @param otherwise what is wrong when it does not become true */
    static void await(String otherwise, Callable<Boolean> condition) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.call()) {
            assertTrue(Instant.now().isBefore(end), otherwise);
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** How many processes of steps there are. */
    static long count(String mark) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains(mark))
                        .isPresent())
                .count();
    }

    private static boolean run(String mark) {
        return ProcessHandle.allProcesses().anyMatch(process -> process.info()
                .commandLine()
                .filter(line -> line.contains(mark))
                .isPresent());
    }
}
