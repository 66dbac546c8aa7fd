// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What is asked of bake files.
 *
 * @param files in the order in which they are merged
 * @param targets names or patterns of targets and groups
 * @param overrides as for {@code --set}: {@code target.attribute=value}
 * @param variables values of variables, before those of the environment
 * @param builtIns variables that files cannot define, such as BAKE_CMD_CONTEXT
 * @param environment the value of a variable of the environment that the files may use; null for others
 * @param dotEnv the content of the file .env, which Compose files use; empty if there is none
 * @param reader the content of a file that a Compose file names, by its path; null for files that are missing or may
 *     not be read
 * @param source the address of the remote definition to which the contexts of targets are relative, empty if it is an
 *     archive; null if they are folders of the client's machine
 */
public record BakeRequest(
        List<BakeFile> files,
        List<String> targets,
        List<String> overrides,
        Map<String, String> variables,
        Map<String, String> builtIns,
        UnaryOperator<String> environment,
        String dotEnv,
        UnaryOperator<String> reader,
        String source) {
    /** A request whose targets have their contexts on the client's machine. */
    public BakeRequest(
            List<BakeFile> files,
            List<String> targets,
            List<String> overrides,
            Map<String, String> variables,
            Map<String, String> builtIns,
            UnaryOperator<String> environment,
            String dotEnv,
            UnaryOperator<String> reader) {
        this(files, targets, overrides, variables, builtIns, environment, dotEnv, reader, null);
    }

    /** Returns the same request with overrides that come before its own. */
    public BakeRequest withFirst(List<String> more) {
        List<String> all = new ArrayList<>(more);
        all.addAll(overrides);
        return new BakeRequest(files, targets, all, variables, builtIns, environment, dotEnv, reader, source);
    }

    /** The value of a variable: the one that was given, or that of the environment. Null: there is none. */
    String variable(String name) {
        String given = variables.get(name);
        return given != null ? given : environment.apply(name);
    }

    /**
     * The short forms of an attestation, {@code true} and {@code mode=max}, as {@code --sbom} and {@code
     * --provenance} have them.
     */
    public static String attestation(String type, String value) {
        return ComposeConfig.attest(type, value);
    }
}
