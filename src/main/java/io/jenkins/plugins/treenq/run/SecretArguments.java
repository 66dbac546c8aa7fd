// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The arguments of a build as its page shows them. A build argument whose name says that it is secret should not be
 * one, but some are; their values are hidden although nobody called them secret. The names are those of the
 * Dockerfile's rule SecretsUsedInArgOrEnv ({@code frontend/dockerfile/dockerfile2llb/convert.go}).
 */
final class SecretArguments {
    private static final String BUILD_ARGUMENT = "build-arg:";
    private static final String HIDDEN = "****";

    private static final Pattern SECRET =
            Pattern.compile("(?i)(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)");

    private static final Pattern PUBLIC = Pattern.compile("(?i)(?:_|^)public(?:_|$)");

    /** Within an address. */
    private static final Pattern LOGIN = Pattern.compile("(?<=://)[^/@\\s]+(?=@)");

    /** A shorter one, such as true, says nothing, and occurs elsewhere. */
    private static final int SHORTEST = 8;

    private SecretArguments() {}

    private static boolean isSecret(String name) {
        return name.startsWith(BUILD_ARGUMENT)
                && SECRET.matcher(name.substring(BUILD_ARGUMENT.length())).find()
                && !PUBLIC.matcher(name).find();
    }

    /** All arguments, with secret ones hidden. */
    static Map<String, String> shown(DockerfileBuild build) {
        Map<String, String> shown = new TreeMap<>();
        build.request()
                .options()
                .forEach((name, value) -> shown.put(
                        name, isSecret(name) ? HIDDEN : LOGIN.matcher(value).replaceAll(HIDDEN)));
        return shown;
    }

    /** The mask, which hides the values of secret arguments, too. */
    static UnaryOperator<String> masked(DockerfileBuild build, UnaryOperator<String> mask) {
        Set<String> values = new HashSet<>();
        build.request().options().forEach((name, value) -> {
            if (isSecret(name) && value.length() >= SHORTEST) {
                values.add(value);
            }
        });
        Redaction redaction = Redaction.of(values);
        return values.isEmpty() ? mask : line -> mask.apply(redaction.apply(line));
    }
}
