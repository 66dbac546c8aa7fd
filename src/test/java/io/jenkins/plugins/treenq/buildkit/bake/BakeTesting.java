// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import java.util.List;
import java.util.Map;

/** Evaluates bake files that a test has as text. */
final class BakeTesting {
    private static final Map<String, String> BUILT_IN =
            Map.of("BAKE_CMD_CONTEXT", "cwd://", "BAKE_LOCAL_PLATFORM", "linux/amd64");

    /** The files that Compose files can refer to. */
    private static final Map<String, String> FILES = Map.of(
            "app.env",
            "# a comment\nTOKEN=from-file\nQUOTED=\"a b\"\n",
            "base/compose.yaml",
            "services:\n  base:\n    build:\n      context: ./app\n      args: {B: base}\n");

    private BakeTesting() {}

    static BakeRequest request(
            List<BakeFile> files, List<String> targets, List<String> overrides, Map<String, String> variables) {
        return new BakeRequest(files, targets, overrides, variables, BUILT_IN, name -> null, "", FILES::get);
    }

    static String print(String name, String content) {
        return print(name, content, List.of());
    }

    static String print(String name, String content, List<String> overrides) {
        return BakeJson.print(BakeDefinition.read(
                request(List.of(new BakeFile(name, content)), List.of("default"), overrides, Map.of())));
    }

    static BakeTarget target(String hcl) {
        return BakeDefinition.read(
                        request(List.of(new BakeFile("docker-bake.hcl", hcl)), List.of("default"), List.of(), Map.of()))
                .targets()
                .get("default");
    }

    /** The value of an expression as the text of a build argument. */
    static String value(String expression) {
        return target("target \"default\" {\n  args = {\n    A = " + expression + "\n  }\n}\n")
                .args()
                .get("A");
    }
}
