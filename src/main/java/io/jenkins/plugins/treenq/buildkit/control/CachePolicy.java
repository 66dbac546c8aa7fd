// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A policy that determines which cache records are deleted: by a single prune, or by a rule of a worker's garbage
 * collection.
 *
 * @param all whether internal records and records of frontends are deleted, too
 * @param filters filters such as {@code type==regular}; a record must match at least one of them. Empty for all records
 * @param keepDuration records that were used within this time are kept
 * @param reservedBytes size of the cache that is always kept
 * @param maxUsedBytes size of the cache above which records are deleted; 0 for no limit
 * @param minFreeBytes free disk space below which records are deleted; 0 for no limit
 */
public record CachePolicy(
        boolean all,
        List<String> filters,
        Duration keepDuration,
        long reservedBytes,
        long maxUsedBytes,
        long minFreeBytes)
        implements Serializable {
    /** The policy that deletes all records that are not in use, except internal records. */
    public static final CachePolicy UNUSED = new CachePolicy(false, List.of(), Duration.ZERO, 0, 0, 0);

    public CachePolicy {
        filters = List.copyOf(filters);
        Objects.requireNonNull(keepDuration);
    }
}
