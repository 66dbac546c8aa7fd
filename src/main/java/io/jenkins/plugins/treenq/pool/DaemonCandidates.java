// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.pool;

import java.io.IOException;
import java.util.List;
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
     */
    record Daemons(List<String> addresses, int limit) {
        public Daemons {
            addresses = List.copyOf(addresses);
            Objects.checkIndex(0, addresses.size());
        }
    }
}
