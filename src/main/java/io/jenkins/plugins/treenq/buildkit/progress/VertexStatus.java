// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The progress of a part of a vertex, such as a layer or transfer. This class decides which of its states are written
 * to the log.
 */
final class VertexStatus {
    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final double MIN_NEW_SHARE = 0.05;
    private static final Duration MIN_DURATION = Duration.ofMillis(500);
    private static final Duration SHORTEST = Duration.ofMillis(10);

    private BuildEvent.Progress heard;
    private BuildEvent.Progress printed;

    /**
     * Records a state, and returns whether to write the state to the log. The first state is written if it
     * {@link #hasNews}, and the last one is always written. A state in between is written if it is five percent or five
     * seconds after the previously written state. Known and older states are not written.
     */
    boolean take(BuildEvent.Progress state) {
        if (state.started() == null || heard != null && !isNews(state)) {
            return false;
        }
        heard = state;
        boolean worth = state.completed() != null || (printed == null ? hasNews(state) : advanced(state));
        if (worth) {
            printed = state;
        }
        return worth;
    }

    /** Returns the last known state of a part that has not completed. */
    Optional<BuildEvent.Progress> unfinished() {
        return Optional.ofNullable(heard).filter(state -> state.completed() == null);
    }

    private boolean isNews(BuildEvent.Progress state) {
        return !state.timestamp().isBefore(heard.timestamp()) && !state.equals(heard);
    }

    /**
     * Returns whether a first state is written. A part whose ID contains a digest or ends with a colon usually
     * completes or continues within a moment, so that its first state is not written. Other parts may take long without
     * further states: a push, for example, sends none until it is complete.
     */
    private static boolean hasNews(BuildEvent.Progress state) {
        boolean brief = state.id().endsWith(":") || state.id().contains("sha256:");
        return !brief || Duration.between(state.started(), state.timestamp()).compareTo(MIN_DURATION) >= 0;
    }

    private boolean advanced(BuildEvent.Progress state) {
        double share = state.total() > 0 ? (double) (state.current() - printed.current()) / state.total() : 0;
        return share >= MIN_NEW_SHARE
                || Duration.between(printed.timestamp(), state.timestamp()).compareTo(PERIOD) >= 0;
    }

    /** Formats a state, such as {@code transferring context: 1.05MB / 3.40MB 0.3s done}. */
    static String describe(BuildEvent.Progress state) {
        StringBuilder text = new StringBuilder(LineAssembler.lineOf(state.id()));
        if (state.total() != 0) {
            text.append(' ')
                    .append(Numbers.bytes(state.current()))
                    .append(" / ")
                    .append(Numbers.bytes(state.total()));
        } else if (state.current() != 0) {
            text.append(' ').append(Numbers.bytes(state.current()));
        }
        boolean done = state.completed() != null;
        Instant end = done ? state.completed() : state.timestamp();
        Duration time = Duration.between(state.started(), end);
        if (time.compareTo(SHORTEST) > 0) {
            text.append(' ').append(Numbers.seconds(time));
        }
        return text.append(done ? " done" : "").toString();
    }
}
