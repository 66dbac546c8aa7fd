// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Waits for conditions, such as a running build step, which is found by a mark in its command line. */
public final class DaemonSteps {
    static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int POLL_MILLIS = 100;

    private DaemonSteps() {}

    /** @param wanted true to wait until the step runs, false to wait until it has ended */
    static void await(String mark, boolean wanted) throws Exception {
        await(wanted ? "the step does not run" : "the step still runs", () -> run(mark) == wanted);
    }

    /** @param otherwise message if the condition does not become true in time */
    public static void await(String otherwise, Callable<Boolean> condition) throws Exception {
        await(() -> otherwise, condition);
    }

    /** @param otherwise message if the condition does not become true in time */
    static void await(Supplier<String> otherwise, Callable<Boolean> condition) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.call()) {
            assertTrue(Instant.now().isBefore(end), otherwise);
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Returns the number of processes that have the mark in their command line. */
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
