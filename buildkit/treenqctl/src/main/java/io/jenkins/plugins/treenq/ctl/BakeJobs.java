// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.client.BakeRun;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.TypeConversionException;

/** The value of {@code --jobs}: {@code N} or {@code fail-fast,parallel=N}, as buildx has it. */
final class BakeJobs {
    private static final Set<String> DEFERRED = Set.of("defer-output", "defer-error");

    private BakeJobs() {}

    /**
     * Returns how many targets are built at a time.
     *
     * @param value the value of the option; null if it is not given
     */
    static int mostAtOnce(String value) {
        int most = 0;
        Set<String> seen = new HashSet<>();
        for (String field :
                value == null || value.isBlank() ? new String[0] : value.strip().split(",", -1)) {
            String[] pair = field.strip().split("=", 2);
            String key = pair.length == 2
                    ? pair[0].strip().toLowerCase(Locale.ROOT)
                    : pair[0].matches("[+-]?[0-9]+") ? "parallel" : "mode";
            String text = pair[pair.length - 1].strip();
            if (!seen.add(key)) {
                throw new TypeConversionException("--jobs has '" + key + "' twice");
            }
            switch (key) {
                case "parallel" -> most = number(text);
                case "mode" -> requireFailFast(text);
                default -> throw new TypeConversionException("--jobs has no option '" + key + "'");
            }
        }
        return most == 0 ? BakeRun.MOST_AT_ONCE : most;
    }

    private static int number(String text) {
        if (!text.matches("\\+?[0-9]{1,6}")) {
            throw new TypeConversionException(
                    "--jobs needs a number of targets that is not negative, not '" + text + "'");
        }
        return Integer.parseInt(text);
    }

    private static void requireFailFast(String mode) {
        if (DEFERRED.contains(mode)) {
            throw new TypeConversionException("--jobs=" + mode + " is not supported; the first failure ends a bake");
        }
        if (!mode.equals("fail-fast")) {
            throw new TypeConversionException("--jobs has no mode '" + mode + "'");
        }
    }
}
