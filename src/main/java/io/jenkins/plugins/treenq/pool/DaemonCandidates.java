// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.pool;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The daemons that a build can use. The pool calls this interface again whenever a slot may have become free. */
@FunctionalInterface
public interface DaemonCandidates {
    /**
     * Returns the daemons that the build can use at this time.
     *
     * @throws IOException if the build has no reason to wait any more; the message says why
     */
    Daemons daemons() throws IOException;

    /**
     * The daemons that a build can use.
     *
     * @param addresses addresses of the daemons, the preferred one first
     * @param limit maximum number of concurrent builds of each daemon; 0 for no limit
     * @param others number of builds that other clients run on a daemon, by its address. With them, a daemon can be at
     *     its limit without a build of this pool. Such a daemon is used when no other one is free
     */
    record Daemons(List<String> addresses, int limit, Map<String, Integer> others) {
        public Daemons {
            addresses = List.copyOf(addresses);
            others = Map.copyOf(others);
            Objects.checkIndex(0, addresses.size());
        }

        public Daemons(List<String> addresses, int limit) {
            this(addresses, limit, Map.of());
        }

        /** Returns the number of builds that other clients run on the daemon. */
        public int others(String address) {
            return others.getOrDefault(address, 0);
        }
    }
}
