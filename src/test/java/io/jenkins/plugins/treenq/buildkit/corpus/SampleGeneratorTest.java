// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.corpus.SampleEntry.Kind;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SampleGeneratorTest {
    private static final List<Sample> SAMPLES = IntStream.range(0, 320)
            .mapToObj(number -> SampleGenerator.sample(1, number))
            .toList();

    @Test
    void aSampleIsReproducible() {
        assertEquals(SAMPLES.get(17), SampleGenerator.sample(1, 17));
        assertTrue(IntStream.range(0, 320).noneMatch(n -> SAMPLES.get(n).equals(SampleGenerator.sample(2, n))));
    }

    @Test
    void aCorpusHasEverythingThatAContextCanHold() {
        for (Kind kind : Kind.values()) {
            assertHasThing(kind + "", thing -> thing.kind() == kind);
        }
        for (int bit = 0; bit < 12; bit++) {
            int mask = 1 << bit;
            assertHasThing("a file with bit " + bit, thing -> !thing.isFolder() && (thing.mode() & mask) != 0);
            assertHasThing("a folder without bit " + bit, thing -> thing.isFolder() && (thing.mode() & mask) == 0);
        }
        for (int length = 1; length <= 4; length++) {
            int bytes = length;
            assertHasThing("a character of " + length + " bytes", thing -> thing.path()
                    .codePoints()
                    .anyMatch(c -> RawText.bytes(Character.toString(c)).length == bytes));
        }
        assertHasThing("a name that is no UTF-8", thing -> !RawText.isUtf8(thing.path()));
        assertHasThing("a time before 1970", thing -> thing.seconds() < 0);
        assertHasThing("a large file", thing -> thing.kind() == Kind.FILE && thing.bytes() > 4 << 20);
        assertHasThing("a deep one", thing -> thing.path().split("/").length > 40);
        assertTrue(SAMPLES.stream().anyMatch(sample -> sample.things().size() > 500));
    }

    @Test
    void aCorpusHasEveryFormOfDockerfileAndIgnoreFile() {
        for (Sample.Place place : Sample.Place.values()) {
            assertTrue(SAMPLES.stream().anyMatch(sample -> sample.place() == place), place + "");
        }
        assertTrue(SAMPLES.stream().anyMatch(sample -> sample.ignores() != null && sample.namedIgnores() != null));
        for (String form : List.of(
                "[^!].*",
                "!.*",
                "/.*",
                ".*/",
                ".*/\\*\\*",
                "\\*\\*/.*",
                ".*/\\*\\*/.*",
                ".*\\?.*",
                ".*\\[[^^].*\\].*",
                ".*\\[\\^.*\\].*",
                ".*\\\\.*",
                "#.*",
                "",
                "\\.\\./.*",
                "\\./.*",
                " .*",
                ".* ",
                ".*\r",
                "\ufeff.*")) {
            assertTrue(lines().anyMatch(line -> line.matches("(?s)" + form)), "an ignore file with " + form);
        }
        for (String form : List.of(
                "COPY .*",
                "ADD .*",
                "COPY \\[.*",
                "COPY \\w.*",
                "COPY .*\\*.*",
                "COPY --from=one .*",
                "COPY --link .*")) {
            assertTrue(
                    SAMPLES.stream()
                            .flatMap(sample -> sample.steps().stream())
                            .anyMatch(step -> step.matches("(?s)" + form)),
                    "a step " + form);
        }
    }

    private static Stream<String> lines() {
        return SAMPLES.stream()
                .flatMap(sample -> Stream.of(sample.ignores(), sample.namedIgnores()))
                .filter(Objects::nonNull)
                .flatMap(List::stream);
    }

    private static void assertHasThing(String what, Predicate<SampleEntry> test) {
        assertTrue(SAMPLES.stream().flatMap(sample -> sample.things().stream()).anyMatch(test), what);
    }
}
