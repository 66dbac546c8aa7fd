// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import java.util.List;

/**
 * Selects builds of the daemon's history.
 *
 * @param ref ID of a build; empty for all builds
 * @param activeOnly whether only running builds are selected
 * @param filters filters for ended builds; a build must match at least one of them. A filter is a comma-separated list
 *     of conditions, such as {@code status==error,startedAt>=1h} (BuildKit's
 *     {@code solver/llbsolver/history/filter.go}). Filters require daemons of v0.29 or newer
 * @param limit maximum number of ended builds, of which the newest are selected; 0 for all
 */
public record HistoryQuery(String ref, boolean activeOnly, List<String> filters, int limit) {
    public static final HistoryQuery ALL = new HistoryQuery("", false, List.of(), 0);

    /** @throws IllegalArgumentException if the limit is negative */
    public HistoryQuery {
        if (limit < 0) {
            throw new IllegalArgumentException("a limit cannot be " + limit);
        }
        filters = List.copyOf(filters);
    }
}
