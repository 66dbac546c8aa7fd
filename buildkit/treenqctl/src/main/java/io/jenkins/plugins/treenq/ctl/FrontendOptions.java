// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Parses the option {@code --opt} ({@code cmd/buildctl/build/opt.go}). */
final class FrontendOptions {
    private static final String BUILD_ARG = "build-arg:";
    private static final String EPOCH = "SOURCE_DATE_EPOCH";

    private FrontendOptions() {}

    /**
     * Parses the options. A build argument without a value gets that of the environment variable, or is omitted if the
     * variable is not set.
     */
    static Map<String, String> read(List<String> options, EnvironmentVariables environment) {
        Map<String, String> values = new TreeMap<>();
        environment.text(EPOCH).ifPresent(epoch -> values.put(BUILD_ARG + EPOCH, epoch));
        for (String option : options) {
            if (option.startsWith(BUILD_ARG) && option.length() > BUILD_ARG.length() && option.indexOf('=') < 0) {
                environment.text(option.substring(BUILD_ARG.length())).ifPresent(value -> values.put(option, value));
            } else {
                Map.Entry<String, String> pair = KeyValues.pair(option);
                values.put(pair.getKey(), pair.getValue());
            }
        }
        return values;
    }
}
