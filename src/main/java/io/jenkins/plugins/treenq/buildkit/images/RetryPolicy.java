// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** How often and how late one request is repeated: as the registry says, within limits. */
final class RetryPolicy {
    /** Long enough for a registry to be restarted; builds wait as long for a daemon. */
    private static final List<Duration> PAUSES =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(9));

    static final int TRIES = 1 + PAUSES.size();
    static final int TOO_MANY = 429;

    private static final long LONGEST_PAUSE_MILLIS = Duration.ofMinutes(1).toMillis();
    private static final Set<Integer> PASSING = Set.of(TOO_MANY, 500, 502, 503, 504);

    private final int mostTries;
    private int tries = 1;
    private long pauseMillis;

    private RetryPolicy(int mostTries) {
        this.mostTries = mostTries;
    }

    /** For whoever has nobody else to ask. */
    static RetryPolicy usual() {
        return new RetryPolicy(TRIES);
    }

    /** For whoever can ask somebody else at once. */
    static RetryPolicy none() {
        return new RetryPolicy(1);
    }

    /** Whether to ask again after this answer, once it was waited. */
    boolean again(RegistryResponse answer) {
        if (!PASSING.contains(answer.status())) {
            return false;
        }
        OptionalLong asked = retryAfterMillis(answer);
        return again(asked.orElse(usualMillis())) && asked.orElse(0) <= LONGEST_PAUSE_MILLIS;
    }

    /** Whether to ask again after a broken connection. */
    boolean again() {
        return again(usualMillis());
    }

    private boolean again(long millis) {
        pauseMillis = Math.min(millis, LONGEST_PAUSE_MILLIS);
        return tries++ < mostTries;
    }

    private long usualMillis() {
        return PAUSES.get(Math.min(tries, PAUSES.size()) - 1).toMillis();
    }

    void pause() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(pauseMillis);
    }

    /** What the registry says, in one of the two forms that RFC 9110 has, section 10.2.3. */
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
