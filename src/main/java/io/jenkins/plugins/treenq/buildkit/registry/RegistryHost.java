// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The names of registries that the daemon sends. */
public final class RegistryHost {
    private static final Set<String> DOCKER_HUB =
            Set.of("docker.io", "index.docker.io", "registry-1.docker.io", "https://index.docker.io/v1/");
    private static final Pattern LOOPBACK =
            Pattern.compile("(localhost|.+\\.localhost|127(\\.\\d{1,3}){3}|\\[::1]|::1)(:\\d+)?");

    private RegistryHost() {}

    /** Returns the name of a registry as in image names. Docker Hub has several names. */
    public static String canonical(String host) {
        return DOCKER_HUB.contains(host) ? "docker.io" : host;
    }

    /** Whether the registry is on this machine, where the connection cannot be intercepted. */
    static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }
}
