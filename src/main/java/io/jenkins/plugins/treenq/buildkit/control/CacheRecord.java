// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import java.io.Serializable;
import java.time.Instant;
import java.util.List;

/**
 * A record of the daemon's cache, such as the result of a build step, a build context or a cache mount.
 *
 * @param mutable whether the content may still change
 * @param inUse whether a running build or another record uses the record
 * @param shared whether images outside of the cache use the record, too
 * @param sizeBytes size on the disk; never negative
 * @param created time of creation
 * @param lastUsed time of the last use; null if the record was never used
 * @param usageCount number of uses
 * @param parents IDs of the records that this record is based on
 * @param description description, such as the build step
 * @param type type, such as {@code regular}, {@code source.local} or {@code exec.cachemount}
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
