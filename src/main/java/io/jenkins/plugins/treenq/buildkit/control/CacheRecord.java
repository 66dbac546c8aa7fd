// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import java.io.Serializable;
import java.time.Instant;
import java.util.List;

/**
 * Something on the daemon's disk: the result of a step, a context, a cache mount.
 *
 * @param mutable may still change
 * @param inUse a running build needs it, or another record does
 * @param shared with images outside of the cache
 * @param sizeBytes never negative
 * @param created when it was made
 * @param lastUsed null when it never was
 * @param usageCount how often it was used
 * @param parents ids of the records that it builds upon
 * @param description such as the step
 * @param type such as {@code regular}, {@code source.local}, {@code exec.cachemount}
 */
public record CacheRecord(
        String id,
        boolean mutable,
        boolean inUse,
        boolean shared,
        long sizeBytes,
        Instant created,
        Instant lastUsed,
        long usageCount,
        List<String> parents,
        String description,
        String type)
        implements Serializable {
    public CacheRecord {
        parents = List.copyOf(parents);
    }
}
