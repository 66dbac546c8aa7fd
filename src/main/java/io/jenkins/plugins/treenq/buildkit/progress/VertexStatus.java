// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A layer or transfer within a step; decides which of its states are worth a line. */
final class VertexStatus {
    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final double SHARE = 0.05;
    private static final Duration MOMENT = Duration.ofMillis(500);
    private static final Duration SHORTEST = Duration.ofMillis(10);

    private BuildEvent.Progress heard;
    private BuildEvent.Progress printed;

    /**
     * Takes notice of a state. Worth a line are the first one if it {@link #hasNews} something, the last one, and
     * between them those that are five percent or five seconds after the one printed before. Known and older states are
     * not.
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

    /** What was heard of it last, if it goes on. */
    Optional<BuildEvent.Progress> unfinished() {
        return Optional.ofNullable(heard).filter(state -> state.completed() == null);
    }

    private boolean isNews(BuildEvent.Progress state) {
        return !state.timestamp().isBefore(heard.timestamp()) && !state.equals(heard);
    }

    /**
     * What names a digest or ends with a colon mostly is over at once, or tells more soon; its first moment is not
     * worth a line. Anything else may last in silence: pushing, say, tells nothing until it is done.
     */
    private static boolean hasNews(BuildEvent.Progress state) {
        boolean brief = state.id().endsWith(":") || state.id().contains("sha256:");
        return !brief || Duration.between(state.started(), state.timestamp()).compareTo(MOMENT) >= 0;
    }

    private boolean advanced(BuildEvent.Progress state) {
        double share = state.total() > 0 ? (double) (state.current() - printed.current()) / state.total() : 0;
        return share >= SHARE
                || Duration.between(printed.timestamp(), state.timestamp()).compareTo(PERIOD) >= 0;
    }

    /** Such as {@code transferring context: 1.05MB / 3.40MB 0.3s done}. */
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
