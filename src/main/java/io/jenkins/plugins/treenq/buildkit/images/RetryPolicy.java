// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.threads.CancellableWork;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Limits how often and after which pause one request is repeated. A registry may ask for a longer pause, up to one
 * minute.
 */
final class RetryPolicy {
    /**
     * The pauses before the repetitions. Together they are long enough for a registry to restart, and as long as builds
     * wait for a daemon.
     */
    static final List<Duration> PAUSES = List.of(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(9));

    static final int TRIES = 1 + PAUSES.size();
    static final int TOO_MANY = 429;

    private static final long MAX_PAUSE_MILLIS = Duration.ofMinutes(1).toMillis();
    private static final Set<Integer> PASSING = Set.of(TOO_MANY, 500, 502, 503, 504);

    private final List<Duration> pauses;
    private int tries = 1;
    private long pauseMillis;

    /** @param pauses the pauses before the repetitions; if there are none, the request is not repeated */
    RetryPolicy(List<Duration> pauses) {
        this.pauses = pauses;
    }

    /** Whether to repeat the request after this response. If so, {@link #pause} has to be called first. */
    boolean again(RegistryResponse answer) {
        if (!PASSING.contains(answer.status())) {
            return false;
        }
        OptionalLong requested = retryAfterMillis(answer);
        return again(requested.orElse(standardPauseMillis())) && requested.orElse(0) <= MAX_PAUSE_MILLIS;
    }

    /** Whether to repeat the request after a broken connection. */
    boolean again() {
        return again(standardPauseMillis());
    }

    private boolean again(long millis) {
        pauseMillis = Math.min(millis, MAX_PAUSE_MILLIS);
        return tries++ <= pauses.size();
    }

    private long standardPauseMillis() {
        return tries <= pauses.size() ? pauses.get(tries - 1).toMillis() : 0;
    }

    void pause() throws InterruptedException {
        CountDownLatch cancelled = new CountDownLatch(1);
        try (CancellableWork.Hook ignored = CancellableWork.onCancel(cancelled::countDown)) {
            cancelled.await(pauseMillis, TimeUnit.MILLISECONDS);
        }
        CancellableWork.check();
    }

    /**
     * Returns the value of the {@code Retry-After} header, in either of the forms of RFC 9110, section 10.2.3, in
     * milliseconds.
     */
    static OptionalLong retryAfterMillis(RegistryResponse answer) {
        String text = answer.header("Retry-After").orElse("").strip();
        try {
            if (text.matches("[0-9]{1,9}")) {
                return OptionalLong.of(TimeUnit.SECONDS.toMillis(Long.parseLong(text)));
            }
            Instant time = DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
            return OptionalLong.of(
                    Math.max(0, Duration.between(Instant.now(), time).toMillis()));
        } catch (DateTimeException | ArithmeticException e) {
            return OptionalLong.empty();
        }
    }
}
