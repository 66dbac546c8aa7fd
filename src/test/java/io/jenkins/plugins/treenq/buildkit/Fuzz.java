// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.util.List;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Rounds of a game against what nobody thought of. The seeds are the same in each run; others, or more of them, with
 * {@code -Dtreenq.fuzz.seed=N -Dtreenq.fuzz.rounds=M}.
 */
public final class Fuzz {
    private static final long FIRST_SEED = Long.getLong("treenq.fuzz.seed", 1);

    /** What these say of broken connections would hide the test's own words. */
    private static final List<Logger> LOUD = List.of(Logger.getLogger("io.netty"), Logger.getLogger("io.grpc"));

    static {
        LOUD.forEach(logger -> logger.setLevel(Level.OFF));
    }

    private Fuzz() {}

    /** One round, which knows nothing but its random numbers. */
    public interface Round {
        void play(Random random) throws Exception;
    }

    /** @param usual how many there are unless the property says otherwise */
    public static void rounds(int usual, Round round) throws InterruptedException {
        int rounds = Integer.getInteger("treenq.fuzz.rounds", usual);
        System.out.println("rounds: " + rounds + " from seed " + FIRST_SEED);
        for (long seed = FIRST_SEED; seed < FIRST_SEED + rounds; seed++) {
            try {
                round.play(new Random(seed));
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception | AssertionError e) {
                throw new AssertionError(
                        "seed " + seed + "; again with -Dtreenq.fuzz.seed=" + seed + " -Dtreenq.fuzz.rounds=1", e);
            }
        }
    }

    /** One of them. */
    @SafeVarargs
    public static <T> T pick(Random random, T... from) {
        return from[random.nextInt(from.length)];
    }
}
