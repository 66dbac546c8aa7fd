// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a daemon, as the daemon reports it. Texts that the daemon does not report are empty.
 *
 * @param dockerfileVersion version of the built-in frontend {@code dockerfile.v0}; daemons report it since v0.30
 */
public record DaemonInfo(String packageName, String version, String revision, String dockerfileVersion)
        implements Serializable {
    private static final Pattern VERSION = Pattern.compile("v?(\\d{1,6})\\.(\\d{1,6})\\..*");

    /**
     * Returns whether the daemon's version is v0.{@code minor} or newer. A daemon without a version, such as a
     * development build, is considered new.
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
