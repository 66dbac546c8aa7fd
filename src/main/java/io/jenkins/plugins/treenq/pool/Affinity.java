// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.pool;

import io.jenkins.plugins.treenq.buildkit.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * In which order builds try the daemons of a pool. Builds with the same key always begin with the same one, whose cache
 * they know; when a daemon comes or goes, only the builds move for which it is the first.
 */
public final class Affinity {
    private Affinity() {}

    /** By rendezvous hashing: each daemon draws a number for the key, the highest comes first. */
    public static List<String> order(Collection<String> addresses, String key) {
        Map<String, String> draws = new HashMap<>();
        addresses.forEach(address -> draws.put(
                address,
                Digest.sha256((key + '\0' + address).getBytes(StandardCharsets.UTF_8))
                        .hex()));
        return draws.keySet().stream()
                .sorted(Comparator.<String, String>comparing(draws::get).reversed())
                .toList();
    }
}
