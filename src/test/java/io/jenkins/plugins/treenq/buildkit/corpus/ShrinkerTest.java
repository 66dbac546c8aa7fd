// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.corpus.SampleEntry.Kind;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShrinkerTest {
    @Test
    void onlyThePartsThatReproduceTheFailureRemain() {
        List<SampleEntry> things = IntStream.range(0, 100)
                .mapToObj(i -> new SampleEntry(i % 10 == 0 ? Kind.FOLDER : Kind.FILE, path(i), "", 0, 0644, 0, 0))
                .toList();
        Sample sample = new Sample(
                1,
                Sample.Place.IN_CONTEXT,
                things,
                List.of("x", "*", "!y", "!z"),
                List.of(),
                List.of("FROM scratch", "COPY a /", "COPY b /"));
        Sample smallest = Shrinker.smallest(
                sample,
                smaller -> smaller.things().contains(things.get(33))
                        && smaller.things().contains(things.get(60))
                        && smaller.ignores().containsAll(List.of("*", "!z"))
                        && smaller.steps().contains("COPY b /"));
        // If a folder is removed, its content is removed, too.
        assertEquals(List.of(things.get(30), things.get(33), things.get(60)), smallest.things());
        assertEquals(List.of("*", "!z"), smallest.ignores());
        assertEquals(List.of("FROM scratch", "COPY b /"), smallest.steps());
    }

    private static String path(int i) {
        return i % 10 == 0 ? "folder" + i : "folder" + i / 10 * 10 + "/" + i;
    }

    @Test
    void dependentPartsAreRemovedOneByOne() {
        List<SampleEntry> things = IntStream.range(0, 9)
                .mapToObj(i -> new SampleEntry(Kind.FILE, "f" + i, "", 0, 0644, 0, 0))
                .toList();
        Sample sample = new Sample(1, Sample.Place.IN_CONTEXT, things, null, null, List.of());
        // Each part can be removed only after the previous one.
        Sample smallest = Shrinker.smallest(
                sample, smaller -> things.subList(9 - smaller.parts(), 9).equals(smaller.things()));
        assertEquals(0, smallest.parts());
    }
}
