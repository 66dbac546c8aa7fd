// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A daemon's own words about its version; empty where it has none.
 *
 * @param dockerfileVersion of the frontend {@code dockerfile.v0} in it; known since v0.30
 */
public record DaemonInfo(String packageName, String version, String revision, String dockerfileVersion)
        implements Serializable {
    private static final Pattern VERSION = Pattern.compile("v?(\\d{1,6})\\.(\\d{1,6})\\..*");

    /**
     * Whether it is v0.{@code minor} or newer. What gives itself no version, as development builds do, is taken for
     * new.
     */
    public boolean atLeast(int minor) {
        Matcher parts = VERSION.matcher(version);
        return !parts.matches()
                || version.startsWith("v0.0.0")
                || version.startsWith("0.0.0")
                || Integer.parseInt(parts.group(1)) > 0
                || Integer.parseInt(parts.group(2)) >= minor;
    }
}
