// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.hcl.HclException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An untrusted bake file cannot exhaust the memory, the stack or the time of the JVM that evaluates it. */
@Timeout(300)
class BakeLimitsTest {
    private static void assertRefused(String expected, String hcl) {
        HclException refused = assertThrows(HclException.class, () -> BakeTesting.print("docker-bake.hcl", hcl));
        assertTrue(refused.getMessage().contains(expected), refused.getMessage());
        assertTrue(refused.getMessage().startsWith("docker-bake.hcl:"), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        '(', Nested more than 100
        '[', Nested more than 100
        '{a=', Nested more than 100
        '!', Nested more than 100
        '-', Nested more than 100
        'upper(', Nested more than 100
        'true ? 1 : ', Nested more than 100
        '"${', Nested more than 100
        '[for x in ', Nested more than 100
        '"%{if true}${', Nested more than 100
        """)
    void deepNestingIsRefused(String part, String message) {
        assertRefused(message, "A = " + part.repeat(100_000));
    }

    @Test
    void deepBlocksAreRefused() {
        assertRefused("Nested more than 100", "a {\n".repeat(100_000));
    }

    @Test
    void aLongSumIsRefusedWithoutAStackOverflow() {
        assertRefused("parts in each other", "target \"default\" { args = { A = 1" + " + 1".repeat(100_000) + " } }");
    }

    @Test
    void manyIndicesAreRefused() {
        assertRefused("", "A = [1]" + "[0]".repeat(100_000) + "\ntarget \"default\" {}");
    }

    @Test
    void variablesThatGrowExponentiallyAreRefused() {
        StringBuilder hcl = new StringBuilder("V0 = \"0123456789\"\n");
        for (int i = 1; i < 60; i++) {
            hcl.append("V")
                    .append(i)
                    .append(" = \"${V")
                    .append(i - 1)
                    .append("}${V")
                    .append(i - 1)
                    .append("}\"\n");
        }
        assertRefused("more than 4 MiB", hcl + "target \"default\" { args = { A = V59 } }");
    }

    @Test
    void hugeNestedListsAreRefused() {
        assertRefused(
                "too much work",
                "target \"default\" { args = { A = length([for a in range(1000) : [for b in range(1000) :"
                        + " [for c in range(1000) : a]]]) } }");
    }

    @Test
    void hugeSetProductsAreRefusedBeforeTheyAreCreated() {
        assertRefused(
                "too much work",
                "R = range(1000)\ntarget \"default\" { args = { A = length(setproduct(R, R, R, R)) } }");
    }

    @Test
    void aFormatWithHugePaddingIsRefused() {
        assertRefused("4 MiB", "target \"default\" { args = { A = format(\"%999999999d\", 1) } }");
    }

    @Test
    void hugeNumbersAreRefused() {
        assertRefused("is not a valid number", "target \"default\" { args = { A = 1e99999 } }");
        StringBuilder hcl = new StringBuilder("N0 = 1e900\n");
        for (int i = 1; i < 40; i++) {
            hcl.append("N")
                    .append(i)
                    .append(" = N")
                    .append(i - 1)
                    .append(" * N")
                    .append(i - 1)
                    .append('\n');
        }
        assertRefused("more than 1000 digits", hcl + "target \"default\" { args = { A = N39 } }");
    }

    @Test
    void aRegularExpressionThatTakesTooLongIsRefused() {
        assertRefused(
                "takes too long",
                "target \"default\" { args = { A = regex(\".*.*.*.*.*.*=\", \"" + "x".repeat(400) + "\") } }");
    }

    @Test
    void aHugeMatrixIsRefused() {
        assertRefused(
                "more than 10000 targets",
                "target \"default\" {\n  name = \"t-${a}-${b}\"\n  matrix = { a = range(1000), b = range(1000) }\n}");
    }

    @Test
    void aLongChainOfDefinitionsIsRefused() {
        StringBuilder hcl = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            hcl.append("variable \"V")
                    .append(i)
                    .append("\" {\n  default = V")
                    .append(i + 1)
                    .append("\n}\n");
        }
        assertRefused("need each other in a row", hcl + "target \"default\" {}");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        'A = B
        B = A', variable cycle not allowed
        'variable "A" {
        default = "${A}"
        }', variable cycle not allowed
        'function "f" {
        params = []
        result = f()
        }', function cycle not allowed
        'function "f" {
        params = []
        result = g()
        }
        function "g" {
        params = []
        result = f()
        }', function cycle not allowed
        'target "a" { args = { A = target.a.args.A } }', reference cycle not allowed
        'target "a" { tags = target.b.tags }
        target "b" { tags = target.a.tags }', reference cycle not allowed
        """)
    void cyclesAreRefusedWithTheirLocation(String hcl, String message) {
        assertRefused(message, hcl + "\ntarget \"default\" {}\n");
    }

    @Test
    void targetsWithManyPathsAreFollowedOnce() {
        StringBuilder file = new StringBuilder("target \"default\" { contexts = { a = \"target:t0\" } }\n");
        for (int i = 0; i < 60; i++) {
            file.append("target \"t%d\" { contexts = { a = \"target:t%d\", b = \"target:t%d\" } }%n"
                    .formatted(i, i + 1, i + 1));
        }
        String printed = BakeTesting.print("docker-bake.hcl", file + "target \"t60\" {}\n");
        assertTrue(printed.contains("\"t60\""), printed);
    }

    @Test
    void aLongRowOfLinkedTargetsIsRefusedInAnyOrder() {
        for (boolean lastFirst : new boolean[] {true, false}) {
            assertTrue(BakeTesting.print("docker-bake.hcl", row(100, lastFirst)).contains("t99"));
            BakeException refused =
                    assertThrows(BakeException.class, () -> BakeTesting.print("docker-bake.hcl", row(101, lastFirst)));
            assertTrue(refused.getMessage().contains("More than 100 targets"), refused.getMessage());
        }
    }

    /** Targets that are all asked for, of which each one uses the one with the next or the previous name. */
    private static String row(int targets, boolean lastFirst) {
        StringBuilder file =
                new StringBuilder("group \"default\" { targets = formatlist(\"t%02d\", range(" + targets + ")) }\n");
        for (int i = 0; i < targets; i++) {
            int used = lastFirst ? i - 1 : i + 1;
            boolean last = used < 0 || used == targets;
            file.append("target \"t%02d\" { %s }%n"
                    .formatted(i, last ? "" : "contexts = { a = \"target:t%02d\" }".formatted(used)));
        }
        return file.toString();
    }

    @Test
    void targetsThatLinkEachOtherAreRefused() {
        BakeException refused = assertThrows(
                BakeException.class,
                () -> BakeTesting.print(
                        "docker-bake.hcl",
                        "target \"default\" { contexts = { a = \"target:b\" } }\n"
                                + "target \"b\" { contexts = { a = \"target:default\" } }"));
        assertTrue(refused.getMessage().contains("infinite loop"), refused.getMessage());
    }

    @Test
    void yamlAliasesThatGrowExponentiallyAreRefused() {
        StringBuilder yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++) {
            yaml.append("a").append(i).append(": &a").append(i).append(" [");
            yaml.append(("*a" + (i - 1) + ", ").repeat(9))
                    .append("*a")
                    .append(i - 1)
                    .append("]\n");
        }
        BakeException refused =
                assertThrows(BakeException.class, () -> BakeTesting.print("compose.yaml", yaml + "services: {}\n"));
        assertTrue(refused.getMessage().startsWith("compose.yaml:"), refused.getMessage());
    }

    private static void assertTooMuch(String message, String name, String content) {
        BakeException refused = assertThrows(BakeException.class, () -> BakeTesting.print(name, content));
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }

    private static String numbered(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).collect(Collectors.joining(", "));
    }

    @Test
    void groupsThatContainEachOtherTwiceAreFollowedOnce() {
        StringBuilder file = new StringBuilder("group \"default\" { targets = [\"a0\", \"b0\"] }\n");
        for (int i = 0; i < 60; i++) {
            for (String name : new String[] {"a", "b"}) {
                file.append("group \"%1$s%2$d\" { targets = [\"a%3$d\", \"b%3$d\"] }%n".formatted(name, i, i + 1));
            }
        }
        String printed = BakeTesting.print("docker-bake.hcl", file + "target \"a60\" {}\ntarget \"b60\" {}\n");
        assertTrue(printed.contains("\"b60\""), printed);
    }

    @Test
    void groupsInGroupsInGroupsAreRefused() {
        StringBuilder file = new StringBuilder("group \"default\" { targets = [\"g0\"] }\n");
        for (int i = 0; i < 9_000; i++) {
            file.append("group \"g%d\" { targets = [\"g%d\"] }%n".formatted(i, i + 1));
        }
        assertTooMuch("More than 1000 groups", "docker-bake.hcl", file + "target \"g9000\" {}\n");
    }

    @Test
    void tooManyTargetsAreRefused() {
        StringBuilder file = new StringBuilder("group \"default\" { targets = [\"t1\"] }\n");
        for (int i = 0; i < 20_001; i++) {
            file.append("target \"t").append(i).append("\" {}\n");
        }
        assertTooMuch("more than 20000 targets", "docker-bake.hcl", file.toString());
    }

    @Test
    void manyTargetsThatInheritManyValuesAreRefused() {
        String file = """
                target "base" { tags = formatlist("t%d", range(1000)) }
                target "default" {
                  inherits = ["base"]
                  name = "t${n}"
                  matrix = { n = setproduct(range(100), range(100)) }
                }
                """.replace("t${n}", "t${n[0]}-${n[1]}");
        assertTooMuch("take over from each other", "docker-bake.hcl", file);
        assertTooMuch(
                "take over from each other",
                "docker-bake.hcl",
                "target \"base\" { tags = formatlist(\"t%d\", range(1000)) }\n"
                        + "target \"default\" { inherits = [for n in range(1000) : \"base\"] }\n"
                        + "target \"other\" { inherits = concat([for n in range(1000) : \"base\"],"
                        + " [for n in range(1000) : \"default\"]) }\n"
                        + "group \"default\" { targets = [\"default\", \"other\"] }\n");
    }

    @Test
    void longListsWithoutRepetitionsAreReadInTime() {
        String file = "target \"default\" {\n  cache-from = [for p in setproduct(range(200), range(200)) :"
                + " \"r${p[0]}/${p[1]}\"]\n}\n";
        assertTrue(BakeTesting.print("docker-bake.hcl", file).contains("r199/199"));
    }

    @Test
    void servicesThatExtendALongListAreRefused() {
        StringBuilder yaml = new StringBuilder("services:\n  base: {build: {tags: [" + numbered("t", 20_000) + "]}}\n");
        for (int i = 0; i < 5_000; i++) {
            yaml.append("  s").append(i).append(": {extends: base, build: {tags: [own]}}\n");
        }
        assertTooMuch("take over from each other", "compose.yaml", yaml.toString());
    }

    @Test
    void longListsThatAServiceExtendsAreJoinedInTime() {
        String yaml = "services:\n  base: {build: {tags: [" + numbered("t", 60_000) + "]}}\n  web: {extends: base,"
                + " build: {tags: [" + numbered("u", 60_000) + "]}}\n";
        assertTrue(BakeTesting.print("compose.yaml", yaml).contains("\"u59999\""));
    }

    @Test
    void aLongVariableInManyValuesOfAComposeFileIsRefused() {
        String yaml = "services:\n  web:\n    build:\n      args:\n"
                + IntStream.range(0, 1_000)
                        .mapToObj(i -> "        A" + i + ": ${LONG}\n")
                        .collect(Collectors.joining());
        BakeException refused = assertThrows(BakeException.class, () -> print(yaml, "LONG=" + "x".repeat(1_000_000)));
        assertTrue(refused.getMessage().contains("take over from each other"), refused.getMessage());
    }

    @Test
    void environmentFilesAreReadInTime() {
        for (String content :
                new String[] {"\n".repeat(1_000_000), "A=b" + " ".repeat(1_000_000) + "c", "A='b'\n".repeat(170_000)}) {
            assertTrue(print("services: {web: {build: .}}\n", content).contains("web"));
        }
    }

    private static String print(String yaml, String dotEnv) {
        return BakeJson.print(BakeDefinition.read(new BakeRequest(
                List.of(new BakeFile("compose.yaml", yaml)),
                List.of("default"),
                List.of(),
                Map.of(),
                Map.of(),
                name -> null,
                dotEnv,
                path -> null)));
    }

    @Test
    void functionsReadLongTextsInTime() {
        assertEquals(
                "x",
                BakeTesting.value("chomp(\"" + "\\r\\n".repeat(200_000) + "x\\n\\n\")")
                        .strip());
        assertEquals("x", BakeTesting.value("basename(\"" + "/".repeat(1_000_000) + "x\")"));
        String spaces = " ".repeat(1_000_000);
        assertRefused("longer than 1000", "A = semvercmp(\"1.0.0\", \"" + spaces + "\")\ntarget \"default\" {}");
        assertRefused(
                "is not a duration",
                "A = timeadd(\"2020-01-01T00:00:00Z\", \"" + "1".repeat(1_000_000) + "\")\ntarget \"default\" {}");
    }

    /** An invalid file causes an exception of this package with a message, and no other exception. */
    @Test
    void damagedFilesAreRefused() {
        Random random = new Random(7);
        for (int seed = 0; seed < 150; seed++) {
            StringBuilder file = new StringBuilder(new BakeGenerator(seed).file());
            for (int i = 0; i < 1 + random.nextInt(3) && file.length() > 0; i++) {
                int at = random.nextInt(file.length());
                switch (random.nextInt(3)) {
                    case 0 -> file.deleteCharAt(at);
                    case 1 -> file.insert(at, "\"${}[]()<-%~=*.:\\\n".charAt(random.nextInt(16)));
                    default -> file.setLength(at + 1);
                }
            }
            for (String name : new String[] {"docker-bake.hcl", "docker-bake.json", "compose.yaml"}) {
                try {
                    BakeTesting.print(name, file.toString());
                } catch (HclException | BakeException e) {
                    assertTrue(e.getMessage() != null && !e.getMessage().isEmpty());
                }
            }
        }
    }
}
