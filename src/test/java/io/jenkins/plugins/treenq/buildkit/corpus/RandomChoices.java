// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.corpus;

import java.util.List;
import java.util.SplittableRandom;

/** A source of random decisions that is the same for the same sample. */
final class RandomChoices {
    private final SplittableRandom random;

    RandomChoices(long seed, int number) {
        random = new SplittableRandom(seed * 1_000_003 + number);
    }

    boolean percent(int percent) {
        return random.nextInt(100) < percent;
    }

    /** From 0 on. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    @SafeVarargs
    final <T> T pick(T... from) {
        return from[below(from.length)];
    }

    <T> T pick(List<T> from) {
        return from.get(below(from.size()));
    }
}
