// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads {@code --opt} ({@code cmd/buildctl/build/opt.go}). */
final class FrontendOptions {
    private static final String BUILD_ARG = "build-arg:";
    private static final String EPOCH = "SOURCE_DATE_EPOCH";

    private FrontendOptions() {}

    /** A build argument without a value takes the environment's, or is left out. */
    static Map<String, String> read(List<String> options, Map<String, String> environment) {
        Map<String, String> values = new TreeMap<>();
        if (environment.containsKey(EPOCH)) {
            values.put(BUILD_ARG + EPOCH, environment.get(EPOCH));
        }
        for (String option : options) {
            if (option.startsWith(BUILD_ARG) && option.length() > BUILD_ARG.length() && option.indexOf('=') < 0) {
                String value = environment.get(option.substring(BUILD_ARG.length()));
                if (value != null) {
                    values.put(option, value);
                }
            } else {
                Map.Entry<String, String> pair = KeyValues.pair(option);
                values.put(pair.getKey(), pair.getValue());
            }
        }
        return values;
    }
}
