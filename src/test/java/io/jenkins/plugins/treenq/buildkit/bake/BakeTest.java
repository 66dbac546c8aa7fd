// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.hcl.HclException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Bake files have the meaning that buildx v0.38 gives them. The expected values are those of {@code buildx bake
 * --print}.
 */
class BakeTest {
    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
        10/3                                              ¦ 3.3333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333332
        10/3 + 3                                          ¦ 6.333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333
        1.50                                              ¦ 1.5
        0.1 + 0.2                                         ¦ 0.3
        7 % 3                                             ¦ 1
        -7 % 3                                            ¦ -1
        "1" == 1                                          ¦ false
        [1] == tuple                                      ¦ error
        true ? 1 : "a"                                    ¦ 1
        true ? "x" : nothing.at.all                       ¦ x
        false && nothing.at.all                           ¦ false
        nothing.at.all || true                            ¦ true
        null == "x"                                       ¦ false
        "${1}${true}"                                     ¦ 1true
        "$${x} %%{y} ${"nested ${"deep"}"}"               ¦ ${x} %{y} nested deep
        "a\\u00e9\\n"                                     ¦ aé\\n
        "%{ if true }yes%{ else }no%{ endif }"            ¦ yes
        "%{ for i, v in ["a", "b"] }${i}${v} %{ endfor }" ¦ 0a 1b\\s
        " ${~ "x" ~} "                                    ¦ x
        [for k, v in {b = 1, a = 2} : "${k}${v}"][0]      ¦ a2
        jsonencode({for v in ["a", "b", "a"] : v => 1...})¦ {"a":[1,1],"b":[1]}
        jsonencode([{n = 1}, {n = 2}].*.n)                ¦ [1,2]
        jsonencode([{n = [1]}][*].n[0])                   ¦ [1]
        ["a", "b"].1                                      ¦ b
        jsonencode(setunion(["b"], ["a", "b"]))           ¦ ["a","b"]
        jsonencode({a = "<&>"})                           ¦ {"a":"\\\\u003c\\\\u0026\\\\u003e"}
        format("%05d|%-4s|%q|%x|%.2f|%v", 42, "ab", "q", 255, 1.005, [1]) ¦ 00042|ab  |"q"|ff|1.00|[1]
        join("-", formatlist("%s%d", ["a", "b"], 1))      ¦ a1-b1
        substr("héllo", -3, -1)                           ¦ llo
        title("hello big_world x-y")                      ¦ Hello Big_world X-Y
        sanitize("a/b:c.d")                               ¦ a_b_c_d
        dirname("/a/b/../c.txt")                          ¦ /a
        basename("/a/b/")                                 ¦ b
        urlencode("a b/c*~")                              ¦ a+b%2Fc%2A~
        regex("([a-z]+)-([0-9]+)", "x ab-12")[1]          ¦ 12
        regex("(?P<n>[a-z]+)", "ab").n                    ¦ ab
        regex_replace("a1b22", "([a-z])([0-9]+)", "$2$1") ¦ 1a22b
        semvercmp("1.2.3", "^1.2")                        ¦ true
        semvercmp("1.2.3", ">= 1.3, < 2")                 ¦ false
        timeadd("2024-02-29T12:30:45Z", "-90m")           ¦ 2024-02-29T11:00:45Z
        formattimestamp("EEE, D MMM YYYY 'at' hh:mm ZZZ", 0) ¦ Thu, 1 Jan 1970 at 00:00 UTC
        unixtimestampparse(1700000000).iso_week           ¦ 46
        cidrsubnet("10.1.0.0/16", 8, 3)                   ¦ 10.1.3.0/24
        cidrhost("fd00::/64", 5)                          ¦ fd00::5
        uuidv5("dns", "example.com")                      ¦ cfbff0d1-9375-5685-968c-48ce8b15ae17
        sha256("")                                        ¦ e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
        try(nothing.at.all, "other")                      ¦ other
        coalesce(null, "a")                               ¦ a
        lookup({a = 1}, "b", "none")                      ¦ none
        element(["a", "b"], 3)                            ¦ b
        jsonencode(convert([1, 2], list(string)))         ¦ ["1","2"]
        csvdecode("a,b\\n1,2")[0].b                       ¦ 2
        length(split(",", "a,b,c"))                       ¦ 3
        upper(null)                                       ¦ error
        """)
    void expressionsHaveTheValuesOfBuildx(String expression, String expected) {
        if (expected.equals("error")) {
            assertThrows(HclException.class, () -> BakeTesting.value(expression));
        } else {
            assertEquals(expected.translateEscapes(), BakeTesting.value(expression));
        }
    }

    @Test
    void heredocsLoseTheCommonIndentation() {
        BakeTarget target = BakeTesting.target("target \"default\" {\n  dockerfile-inline = <<-EOT\n      FROM a\n\n"
                + "        RUN b ${\"c\"}\n      EOT\n  args = { A = <<EOT\n  x\nEOT\n  }\n}\n");
        assertEquals("FROM a\n\n  RUN b c\n", target.dockerfileInline());
        assertEquals("  x\n", target.args().get("A"));
    }

    @Test
    void aMatrixMakesATargetForEachCombination() {
        BakeDefinition definition = BakeDefinition.read(BakeTesting.request(
                List.of(new BakeFile(
                        "docker-bake.hcl",
                        "target \"default\" {\n  matrix = { v = [\"1.0\", \"2.0\"], o = [\"a\", \"b\"] }\n"
                                + "  name = \"t-${sanitize(v)}-${o}\"\n  args = { V = v }\n}")),
                List.of("default"),
                List.of("t-1*.args.X=y"),
                Map.of()));
        assertEquals(
                List.of("t-1_0-a", "t-1_0-b", "t-2_0-a", "t-2_0-b"),
                List.copyOf(definition.targets().keySet()));
        assertEquals(
                Map.of("V", "1.0", "X", "y"),
                definition.targets().get("t-1_0-b").args());
        assertEquals(
                definition.groups().get("default").targets(),
                List.copyOf(definition.targets().keySet()));
    }

    @Test
    void targetsInheritAndReferToEachOther() {
        BakeTarget target = BakeTesting.target("""
            target "default" {
              inherits = ["base", "more"]
              args = { C = target.base.args.A, B = null }
              tags = [for t in target.more.tags : "${t}-x"]
            }
            target "base" {
              args = { A = "1", B = "2" }
              labels = { l = "base" }
              cache-from = ["type=gha"]
            }
            target "more" {
              tags = ["m"]
              labels = { l = "more" }
              cache-from = ["registry.example.com/cache"]
            }
            """);
        assertEquals(Map.of("A", "1", "B", "2", "C", "1"), target.args());
        assertEquals(List.of("m-x"), target.tags());
        assertEquals("more", target.labels().get("l"));
        assertEquals(
                List.of("gha", "registry"),
                target.cacheFrom().stream().map(TargetEntries.Cache::type).toList());
    }

    @Test
    void variablesOfTheRequestAreConvertedAndValidated() {
        String hcl = """
            variable "L" {
              type = list(number)
              default = [1]
            }
            variable "S" {
              default = "s"
              validation {
                condition = S != "bad"
                error_message = "S is ${S}"
              }
            }
            target "default" { args = { L = length(L), S = S } }
            """;
        BakeFile file = new BakeFile("docker-bake.hcl", hcl);
        BakeRequest given =
                BakeTesting.request(List.of(file), List.of("default"), List.of(), Map.of("L", "4,5,6", "S", "other"));
        assertEquals(
                Map.of("L", "3", "S", "other"),
                BakeDefinition.read(given).targets().get("default").args());
        BakeRequest bad = BakeTesting.request(List.of(file), List.of("default"), List.of(), Map.of("S", "bad"));
        HclException refused = assertThrows(HclException.class, () -> BakeDefinition.read(bad));
        assertEquals("docker-bake.hcl:8:5: The value of the variable S is not valid: S is bad", refused.getMessage());
    }

    @Test
    void theEnvironmentAndTheHomeFolderAreNotVisible() {
        BakeTarget target = BakeTesting.target("variable \"HOME\" {}\ntarget \"default\" { args = { H = HOME } }");
        assertEquals("", target.args().get("H"));
        HclException refused = assertThrows(HclException.class, () -> BakeTesting.value("homedir()"));
        assertTrue(refused.getMessage().contains("no function named"), refused.getMessage());
    }

    @Test
    void overridesReplaceAppendAndClear() {
        String json = BakeTesting.print(
                "docker-bake.hcl",
                "target \"default\" {\n  tags = [\"a\"]\n  platforms = [\"linux/amd64\"]\n  cache-from = [\"c\"]\n}",
                List.of("*.tags+=b", "default.platform=linux/arm64", "*.cache-from=", "*.push=true", "*.no-cache=1"));
        assertEquals("""
            {
              "group": {
                "default": {
                  "targets": [
                    "default"
                  ]
                }
              },
              "target": {
                "default": {
                  "context": ".",
                  "dockerfile": "Dockerfile",
                  "tags": [
                    "a",
                    "b"
                  ],
                  "platforms": [
                    "linux/arm64"
                  ],
                  "output": [
                    {
                      "push": "true",
                      "type": "image"
                    }
                  ],
                  "no-cache": true
                }
              }
            }\
            """, json);
    }

    @Test
    void jsonFilesHaveTemplatesAndFunctions() {
        String json = """
            {
              "//": "a comment",
              "variable": {"V": {"default": "x", "type": "string"}},
              "function": {"f": {"params": ["a"], "result": "${upper(a)}"}},
              "target": {"default": {"args": {"A": "${f(V)}", "B": 1.50, "C": null, "D-${V}": true}}}
            }
            """;
        assertEquals(
                Map.of("A", "X", "B", "1.5", "D-x", "true"),
                BakeDefinition.read(BakeTesting.request(
                                List.of(new BakeFile("docker-bake.json", json)),
                                List.of("default"),
                                List.of(),
                                Map.of()))
                        .targets()
                        .get("default")
                        .args());
    }

    @Test
    void servicesOfComposeFilesAreTargets() {
        String yaml = """
            x-build: &build
              args: {A: 1.10, B: true}
            services:
              web.app:
                image: ${REGISTRY:-example.com}/web:$$x
                build:
                  <<: *build
                  context: ./web
                  labels: [l=1]
                  shm_size: 128m
                  additional_contexts: {base: "service:base"}
                  x-bake:
                    tags: a b
                    output: type=docker
              base:
                build: .
              db:
                image: postgres
            """;
        BakeDefinition definition = BakeDefinition.read(BakeTesting.request(
                List.of(new BakeFile("compose.yaml", yaml)),
                List.of("default"),
                List.of(),
                Map.of("REGISTRY", "r.io")));
        BakeTarget web = definition.targets().get("web_app");
        assertEquals(
                List.of("base", "web_app"), List.copyOf(definition.targets().keySet()));
        assertEquals(Map.of("A", "1.1", "B", "true"), web.args());
        assertEquals("web", web.context());
        assertEquals(List.of("a", "b"), web.tags());
        assertEquals("128MiB", web.shmSize());
        assertEquals("target:base", web.contexts().get("base"));
        assertFalse(web.linked());
        assertNull(web.dockerfileInline());
    }

    @Test
    void anErrorHasItsLineAndColumn() {
        HclException refused = assertThrows(
                HclException.class,
                () -> BakeTesting.print(
                        "docker-bake.hcl",
                        "target \"default\" {\n  args = {\n    A = \"${upper(nothing)}\"\n  }\n}\n"));
        assertEquals("docker-bake.hcl:3:18: There is no variable named \"nothing\"", refused.getMessage());
    }

    @Test
    void anErrorThatQuotesAFileIsOneLineWithoutControlCharacters() {
        HclException hcl =
                assertThrows(HclException.class, () -> BakeTesting.value("{a = 1}[\"x\\nFinished: \\u001b[2J\"]"));
        BakeException target = assertThrows(
                BakeException.class,
                () -> BakeTesting.target("target \"default\" { inherits = [\"x\\nFinished: \\u001b[2J\"] }"));
        for (RuntimeException refused : List.of(hcl, target)) {
            assertTrue(refused.getMessage().contains("x Finished: \uFFFD[2J"), refused.getMessage());
            assertTrue(refused.toString().endsWith(refused.getMessage()), refused.toString());
        }
    }

    @Test
    void composeFilesReadOnlyTheProvidedFiles() {
        String yaml = """
            services:
              web:
                extends: {file: base/compose.yaml, service: base}
                env_file: [app.env, {path: missing.env, required: false}]
                environment: {OWN: "1"}
                build:
                  args: [TOKEN, QUOTED, OWN, NONE]
            """;
        BakeTarget web = BakeDefinition.read(BakeTesting.request(
                        List.of(new BakeFile("compose.yaml", yaml)), List.of("web"), List.of(), Map.of()))
                .targets()
                .get("web");
        assertEquals("base/app", web.context());
        assertEquals(Map.of("B", "base", "TOKEN", "from-file", "QUOTED", "a b", "OWN", "1"), web.args());
        BakeException refused = assertThrows(
                BakeException.class,
                () -> BakeTesting.print("compose.yaml", "services: {a: {image: x, env_file: /etc/passwd}}"));
        assertEquals("service \"a\": the env file /etc/passwd cannot be read", refused.getMessage());
    }

    @Test
    void composeFilesHavePathsOfKeysAndFormatsOfVariablesAsInBuildx() {
        String keys = BakeTesting.print(
                "compose.yaml",
                "services: {a: {build: {context: ., ssh: {own: ./keys/../id}}, env_file: [{path: app.env, format:"
                        + " .env}]}, b: {build: {context: ., ssh: [own=./id]}}}");
        assertEquals(4, keys.split("\"id\"", -1).length - 1, keys);
        assertFalse(keys.contains("./id"), keys);
        BakeException refused = assertThrows(
                BakeException.class,
                () -> BakeTesting.print(
                        "compose.yaml", "services: {a: {build: ., env_file: [{path: app.env, format: raw}]}}"));
        assertEquals("service \"a\": unsupported env_file format \"raw\"", refused.getMessage());
    }

    /** Files that a Compose file can name, by their paths. */
    private static String printed(Map<String, String> files) {
        return BakeJson.print(BakeDefinition.read(new BakeRequest(
                List.of(new BakeFile("compose.yaml", files.get("compose.yaml"))),
                List.of("default"),
                List.of(),
                Map.of(),
                Map.of(),
                name -> null,
                "",
                files::get)));
    }

    @Test
    void filesOfComposeIncludeOthers() {
        Map<String, String> files = new HashMap<>();
        files.put("compose.yaml", """
                include:
                  - path: [sub/compose.yaml, sub/override.yaml]
                    env_file: other/x.env
                  - sub/deep/compose.yaml
                services:
                  web:
                    build: .
                    image: web:${NAME:-unset}
                    extends: {service: oth}
                  db: {build: {labels: {own: "yes"}}}
                """);
        files.put("sub/compose.yaml", """
                services:
                  db:
                    build:
                      context: ./db
                      args: {X: "${NAME:-none}", Y: }
                      additional_contexts: {a: ../a, b: "docker-image://busybox", c: "https://x/y.git", d: service:web}
                      secrets: [tok]
                      dockerfile: D/Dockerfile
                    env_file: [vars.env]
                secrets:
                  tok: {file: tok.txt}
                """);
        files.put("sub/override.yaml", """
                services:
                  db:
                    build:
                      args: {Z: over}
                """);
        files.put("sub/deep/compose.yaml", """
                include: ["../../other/compose.yaml"]
                services:
                  deep:
                    build: {args: {N: "${NAME:-none}", V: }}
                    extends: {file: ../ext.yaml, service: base}
                """);
        files.put("sub/deep/.env", "NAME=deepenv\n");
        files.put("other/x.env", "NAME=fromother\n");
        files.put("sub/vars.env", "Y=fromfile\n");
        files.put("other/compose.yaml", """
                services:
                  oth:
                    build: {target: t, dockerfile_inline: FROM scratch}
                """);
        files.put("sub/ext.yaml", """
                services:
                  base:
                    build: {additional_contexts: {e: ./e}, tags: ["t:1"], ssh: ["own=./keys/id"]}
                    env_file: vars2.env
                """);
        files.put("sub/vars2.env", "V=vars2\n");
        // Here, buildx has the context "sub/deep/other" for the project that an included one includes.
        assertEquals("""
                {
                  "group": {
                    "default": {
                      "targets": [
                        "db",
                        "deep",
                        "oth",
                        "web"
                      ]
                    }
                  },
                  "target": {
                    "db": {
                      "context": "sub/db",
                      "contexts": {
                        "a": "a",
                        "b": "docker-image://busybox",
                        "c": "https://x/y.git",
                        "d": "target:web"
                      },
                      "dockerfile": "D/Dockerfile",
                      "args": {
                        "X": "fromother",
                        "Y": "fromfile",
                        "Z": "over"
                      },
                      "labels": {
                        "own": "yes"
                      },
                      "secret": [
                        {
                          "id": "tok",
                          "src": "sub/tok.txt"
                        }
                      ]
                    },
                    "deep": {
                      "context": "sub/deep",
                      "contexts": {
                        "e": "sub/e"
                      },
                      "dockerfile": "Dockerfile",
                      "args": {
                        "N": "deepenv",
                        "V": "vars2"
                      },
                      "tags": [
                        "t:1"
                      ],
                      "ssh": [
                        {
                          "id": "own",
                          "paths": [
                            "sub/keys/id"
                          ]
                        }
                      ]
                    },
                    "oth": {
                      "context": "other",
                      "dockerfile": "Dockerfile",
                      "dockerfile-inline": "FROM scratch",
                      "target": "t"
                    },
                    "web": {
                      "context": ".",
                      "dockerfile": "Dockerfile",
                      "dockerfile-inline": "FROM scratch",
                      "tags": [
                        "web:unset"
                      ],
                      "target": "t"
                    }
                  }
                }
                """.strip(), printed(files));
    }

    @Test
    void filesOfComposeThatIncludeEachOtherAreRefused() {
        assertRefused("include cycle detected", Map.of("compose.yaml", "include: [compose.yaml]\n"));
        assertRefused(
                "include cycle detected",
                Map.of(
                        "compose.yaml",
                        "include: [a.yaml]\n",
                        "a.yaml",
                        "include: [./b.yaml]\n",
                        "b.yaml",
                        "include: [a.yaml]\n"));
        assertRefused("`include` must be a list", Map.of("compose.yaml", "include: x.yaml\n"));
        assertRefused("missing.yaml cannot be read", Map.of("compose.yaml", "include: [missing.yaml]\n"));
        // Each file includes the next one twice.
        Map<String, String> many = new HashMap<>();
        many.put("compose.yaml", "include: [f0.yaml]\n");
        for (int i = 0; i < 30; i++) {
            String next = "f" + (i + 1) + ".yaml";
            many.put("f" + i + ".yaml", "include: [" + next + ", ./" + next + "]\n");
        }
        many.put("f30.yaml", "services: {web: {build: .}}\n");
        assertRefused("include more than 200 files", many);
    }

    private static void assertRefused(String message, Map<String, String> files) {
        BakeException refused = assertThrows(BakeException.class, () -> printed(files));
        assertTrue(refused.getMessage().contains(message), refused::getMessage);
    }
}
