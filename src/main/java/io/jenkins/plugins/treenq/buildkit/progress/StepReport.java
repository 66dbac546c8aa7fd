// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How far a step of a build has come. A step is a vertex, or several that are shown as one.
 *
 * @param number counts from 1 in the order in which the build spoke of its steps
 * @param vertex the digest by which it was first spoken of
 * @param inputs numbers of the steps whose results it needs
 * @param runs when it ran, in order
 * @param transfers its parts: layers, uploads and other work within it
 * @param error empty when there is none
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

    /** What has become of a step. */
    public enum State {
        WAITING,
        RUNNING,
        /** Its result was there already. */
        CACHED,
        DONE,
        FAILED,
        CANCELED;

        public boolean isOver() {
            return this != WAITING && this != RUNNING;
        }
    }

    /** @param end null while it runs */
    public record Run(Instant start, Instant end) implements Serializable {}

    /**
     * A part of a step.
     *
     * @param name such as {@code transferring context:}
     * @param currentBytes so far; 0 when it is not counted
     * @param totalBytes 0 when that is not known
     * @param start null while it waits
     * @param end null while it runs
     */
    public record Transfer(String name, long currentBytes, long totalBytes, Instant start, Instant end)
            implements Serializable {}

    /** When it first ran, or null. */
    public Instant start() {
        return runs.isEmpty() ? null : runs.get(0).start();
    }

    /** When it last ended; null while it waits or runs. */
    public Instant end() {
        return runs.isEmpty() ? null : runs.get(runs.size() - 1).end();
    }

    /** How long it has run in all. */
    public Duration duration(Instant now) {
        return runs.stream()
                .map(run -> Duration.between(run.start(), run.end() == null ? now : run.end()))
                .filter(time -> !time.isNegative())
                .reduce(Duration.ZERO, Duration::plus);
    }

    public long transferredBytes() {
        return transfers.stream().mapToLong(Transfer::currentBytes).reduce(0, StepReport::sum);
    }

    /** What a daemon says may be absurd, but does not become negative. */
    public static long sum(long some, long more) {
        return Math.min(some, Long.MAX_VALUE / 2) + Math.min(more, Long.MAX_VALUE / 2);
    }
}
