// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.pool;

import java.io.IOException;
import java.util.List;
import java.util.Objects;

/** Where a build would like to go. It is asked again whenever a place may have become free. */
@FunctionalInterface
public interface DaemonCandidates {
    /** @throws IOException when there is nothing to wait for any more; the message says why */
    Daemons daemons() throws IOException;

    /**
     * Daemons that will do.
     *
     * @param addresses best first
     * @param limit how many builds each may have at once; 0 for any number
     */
    record Daemons(List<String> addresses, int limit) {
        public Daemons {
            addresses = List.copyOf(addresses);
            Objects.checkIndex(0, addresses.size());
        }
    }
}
