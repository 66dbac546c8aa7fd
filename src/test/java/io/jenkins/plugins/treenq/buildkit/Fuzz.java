// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.util.List;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs rounds of random tests. The seeds are the same in each run; {@code -Dtreenq.fuzz.seed=N -Dtreenq.fuzz.rounds=M}
 * selects others, or more of them.
 */
public final class Fuzz {
    private static final long FIRST_SEED = Long.getLong("treenq.fuzz.seed", 1);

    /** The loggers whose messages about broken connections would hide the messages of the test. */
    private static final List<Logger> LOUD = List.of(Logger.getLogger("io.netty"), Logger.getLogger("io.grpc"));

    static {
        LOUD.forEach(logger -> logger.setLevel(Level.OFF));
    }

    private Fuzz() {}

    /** One round, which depends only on its random numbers. */
    public interface Round {
        void play(Random random) throws Exception;
    }

    /** @param usual number of rounds, unless the property sets another number */
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

    /** Returns a random element. */
    @SafeVarargs
    public static <T> T pick(Random random, T... from) {
        return from[random.nextInt(from.length)];
    }
}
