// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import java.util.List;

/**
 * Which builds of the daemon's history are of interest.
 *
 * @param ref a build's name; empty for all
 * @param activeOnly leaves out builds that ended
 * @param filters of builds that ended; one of them must fit. A filter is a list of conditions with commas between them,
 *     such as {@code status==error,startedAt>=1h} (BuildKit's {@code solver/llbsolver/history/filter.go}); daemons of
 *     v0.29 and newer
 * @param limit of builds that ended, the newest first; 0 for all
 */
public record HistoryQuery(String ref, boolean activeOnly, List<String> filters, int limit) {
    public static final HistoryQuery ALL = new HistoryQuery("", false, List.of(), 0);

    /** @throws IllegalArgumentException when the limit is negative */
    public HistoryQuery {
        if (limit < 0) {
            throw new IllegalArgumentException("a limit cannot be " + limit);
        }
        filters = List.copyOf(filters);
    }
}
