// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.corpus;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/** Finds the smallest sample that still reproduces a failure, by omitting large pieces first and then smaller ones. */
final class Shrinker {
    private Shrinker() {}

    static Sample smallest(Sample sample, Predicate<Sample> shows) {
        Sample current = sample;
        for (int piece = Math.max(1, current.parts() / 2); piece > 0; ) {
            Sample smaller = withoutPieces(current, piece, shows);
            // Single parts are tried repeatedly, because a removed part may have been the only user of another one.
            if (piece > 1 || smaller.equals(current)) {
                piece /= 2;
            }
            current = smaller;
        }
        return current;
    }

    private static Sample withoutPieces(Sample sample, int piece, Predicate<Sample> shows) {
        Sample current = sample;
        // From the end, so that the remaining parts keep their numbers.
        for (int end = current.parts(); end > 0; end = Math.min(end - piece, current.parts())) {
            Set<Integer> parts = new HashSet<>();
            for (int part = Math.max(0, end - piece); part < end; part++) {
                parts.add(part);
            }
            Sample candidate = current.without(parts);
            if (!candidate.equals(current) && shows.test(candidate)) {
                current = candidate;
            }
        }
        return current;
    }
}
