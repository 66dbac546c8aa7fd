// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What may go from the daemon's cache: by one prune, or by a rule of a worker's own collector.
 *
 * @param all internal records and those of frontends too
 * @param filters that a record must fit, such as {@code type==regular}; empty for every record
 * @param keepDuration what was used in this time stays
 * @param reservedBytes so much always stays
 * @param maxUsedBytes pruning stops when no more than this is used; 0 for no limit
 * @param minFreeBytes pruning goes on until this much of the disk is free; 0 for no limit
 */
public record CachePolicy(
        boolean all,
        List<String> filters,
        Duration keepDuration,
        long reservedBytes,
        long maxUsedBytes,
        long minFreeBytes)
        implements Serializable {
    /** Everything that nobody uses, but for internal records. */
    public static final CachePolicy UNUSED = new CachePolicy(false, List.of(), Duration.ZERO, 0, 0, 0);

    public CachePolicy {
        filters = List.copyOf(filters);
        Objects.requireNonNull(keepDuration);
    }
}
