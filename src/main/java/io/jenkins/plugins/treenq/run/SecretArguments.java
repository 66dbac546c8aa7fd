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
 * The arguments of a build as the build's page shows them. A secret should not be passed as a build argument, but some
 * are. Therefore the values of build arguments whose names suggest a secret are hidden, even if they are not declared
 * as secrets. The names are those of the Dockerfile rule SecretsUsedInArgOrEnv
 * ({@code frontend/dockerfile/dockerfile2llb/convert.go}).
 */
final class SecretArguments {
    private static final String BUILD_ARGUMENT = "build-arg:";
    private static final String HIDDEN = "****";

    private static final Pattern SECRET =
            Pattern.compile("(?i)(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)");

    private static final Pattern PUBLIC = Pattern.compile("(?i)(?:_|^)public(?:_|$)");

    /** The login in a URL, up to the last at sign of the authority, because passwords may contain at signs. */
    private static final Pattern LOGIN = Pattern.compile("(?<=://)[^/\\s]+(?=@)");

    /**
     * The minimum length of a value that is masked wherever it occurs. Shorter values, such as true, occur in other
     * texts, and are masked only after their names.
     */
    private static final int SHORTEST = 8;

    private SecretArguments() {}

    private static boolean isSecret(String name) {
        String argument = argument(name);
        return name.startsWith(BUILD_ARGUMENT)
                && SECRET.matcher(argument).find()
                && !PUBLIC.matcher(argument).find();
    }

    private static String argument(String name) {
        return name.startsWith(BUILD_ARGUMENT) ? name.substring(BUILD_ARGUMENT.length()) : name;
    }

    /** Returns a text in which the logins of URLs are hidden. */
    static String withoutLogins(String text) {
        return LOGIN.matcher(text).replaceAll(HIDDEN);
    }

    /** Returns all arguments with the secret values hidden. */
    static Map<String, String> shown(DockerfileBuild build) {
        Map<String, String> shown = new TreeMap<>();
        build.request()
                .options()
                .forEach((name, value) -> shown.put(name, isSecret(name) ? HIDDEN : withoutLogins(value)));
        return shown;
    }

    /**
     * Returns a mask that also hides the values of secret arguments. A short value is hidden together with its name, as
     * in {@code RUN |1 PASSWORD=abc123 make}, which is how an image names the arguments of the instruction that created
     * a layer.
     */
    static UnaryOperator<String> masked(DockerfileBuild build, UnaryOperator<String> mask) {
        Set<String> values = new HashSet<>();
        build.request().options().forEach((name, value) -> {
            if (isSecret(name) && !value.isEmpty()) {
                values.add(value.length() < SHORTEST ? argument(name) + "=" + value : value);
            }
        });
        Redaction redaction = Redaction.of(values);
        return values.isEmpty() ? mask : line -> mask.apply(redaction.apply(line));
    }
}
