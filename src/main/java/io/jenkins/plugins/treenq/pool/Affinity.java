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
 * Determines the order in which a build tries the daemons of a pool. Builds with the same key always begin with the
 * same daemon, because that daemon has their cache. When a daemon is added or removed, only those builds move for which
 * that daemon is the first.
 */
public final class Affinity {
    private Affinity() {}

    /**
     * Sorts the addresses by rendezvous hashing: the hash of the key and the address is the rank of a daemon, and the
     * highest rank comes first.
     */
    public static List<String> order(Collection<String> addresses, String key) {
        Map<String, String> ranks = new HashMap<>();
        addresses.forEach(address -> ranks.put(
                address,
                Digest.sha256((key + '\0' + address).getBytes(StandardCharsets.UTF_8))
                        .hex()));
        return ranks.keySet().stream()
                .sorted(Comparator.<String, String>comparing(ranks::get).reversed())
                .toList();
    }
}
