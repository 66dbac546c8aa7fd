// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The state of a step. A step is a vertex, or several vertices that are displayed as one step.
 *
 * @param number number of the step, from 1, in the order of the steps' first events
 * @param vertex digest of the vertex in the step's first event
 * @param inputs numbers of the steps whose results this step needs
 * @param runs times of all runs, in order
 * @param transfers transfers and other parts of the step, such as layers and uploads
 * @param error error message; empty if the step did not fail
 */
public record StepReport(
        int number,
        String vertex,
        String name,
        State state,
        List<Integer> inputs,
        List<Run> runs,
        List<Transfer> transfers,
        String error)
        implements Serializable {
    public StepReport {
        inputs = List.copyOf(inputs);
        runs = List.copyOf(runs);
        transfers = List.copyOf(transfers);
    }

    /** The state of a step. */
    public enum State {
        WAITING,
        RUNNING,
        /** The result was taken from the cache. */
        CACHED,
        DONE,
        FAILED,
        CANCELED;

        public boolean isOver() {
            return this != WAITING && this != RUNNING;
        }
    }

    /**
     * A run of a step.
     *
     * @param end time of the end; null while the step is running
     */
    public record Run(Instant start, Instant end) implements Serializable {}

    /**
     * A transfer or another part of a step.
     *
     * @param name name, such as {@code transferring context:}
     * @param currentBytes number of transferred bytes; 0 if the part does not count bytes
     * @param totalBytes total number of bytes; 0 if the total is unknown
     * @param start time of the start; null while the part waits
     * @param end time of the end; null while the part waits or runs
     */
    public record Transfer(String name, long currentBytes, long totalBytes, Instant start, Instant end)
            implements Serializable {}

    /** Returns the start of the first run; null if the step has not started. */
    public Instant start() {
        return runs.isEmpty() ? null : runs.get(0).start();
    }

    /** Returns the end of the last run; null while the step waits or runs. */
    public Instant end() {
        return runs.isEmpty() ? null : runs.get(runs.size() - 1).end();
    }

    /** Returns the total duration of all runs, including a run that has not ended by {@code now}. */
    public Duration duration(Instant now) {
        return runs.stream()
                .map(run -> Duration.between(run.start(), run.end() == null ? now : run.end()))
                .filter(time -> !time.isNegative())
                .reduce(Duration.ZERO, Duration::plus);
    }

    public long transferredBytes() {
        return transfers.stream().mapToLong(Transfer::currentBytes).reduce(0, StepReport::sum);
    }

    /** Adds two numbers without overflow, because a daemon may send arbitrarily large numbers. */
    public static long sum(long some, long more) {
        return Math.min(some, Long.MAX_VALUE / 2) + Math.min(more, Long.MAX_VALUE / 2);
    }
}
