// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Names of registries as the daemon has them. */
public final class RegistryHost {
    private static final Set<String> DOCKER_HUB =
            Set.of("docker.io", "index.docker.io", "registry-1.docker.io", "https://index.docker.io/v1/");
    private static final Pattern LOOPBACK =
            Pattern.compile("(localhost|.+\\.localhost|127(\\.\\d{1,3}){3}|\\[::1]|::1)(:\\d+)?");

    private RegistryHost() {}

    /** As an image name has it; Docker Hub goes by several names. */
    public static String canonical(String host) {
        return DOCKER_HUB.contains(host) ? "docker.io" : host;
    }

    /** Whether it is this machine, on which nobody can listen in. */
    static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }
}
