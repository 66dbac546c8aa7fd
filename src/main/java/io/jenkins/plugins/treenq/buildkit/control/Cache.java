// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.solve.Timestamps;
import io.jenkins.plugins.treenq.buildkit.transport.Calls;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.DiskUsageRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.PruneRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.UsageRecord;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** The cache of a daemon. Calls have no deadline, because measuring and deleting large caches takes minutes. */
public final class Cache {
    private final ManagedChannel channel;
    private final Endpoint endpoint;

    public Cache(ManagedChannel channel, Endpoint endpoint) {
        this.channel = channel;
        this.endpoint = endpoint;
    }

    /**
     * Returns the records of the cache, from the smallest to the largest.
     *
     * @param filters filters such as {@code type==regular,inuse==false}; a record must match at least one of them.
     *     Empty for all records
     */
    public List<CacheRecord> usage(List<String> filters) throws BuildkitException, InterruptedException {
        DiskUsageRequest request =
                DiskUsageRequest.newBuilder().addAllFilter(filters).build();
        try {
            return Calls.answer(ControlGrpc.newFutureStub(channel).diskUsage(request)).getRecordList().stream()
                    .map(Cache::record)
                    .sorted(Comparator.comparingLong(CacheRecord::sizeBytes).thenComparing(CacheRecord::id))
                    .toList();
        } catch (StatusRuntimeException e) {
            throw ControlErrors.of(e, endpoint, "such record");
        }
    }

    /**
     * Deletes the records that the policy does not keep.
     *
     * @param pruned receives each deleted record, on the calling thread
     */
    public void prune(CachePolicy policy, Consumer<CacheRecord> pruned) throws BuildkitException, InterruptedException {
        PruneRequest request = PruneRequest.newBuilder()
                .addAllFilter(policy.filters())
                .setAll(policy.all())
                .setKeepDuration(policy.keepDuration().toNanos())
                .setReservedSpace(policy.reservedBytes())
                .setMaxUsedSpace(policy.maxUsedBytes())
                .setMinFreeSpace(policy.minFreeBytes())
                .build();
        try {
            Calls.each(
                    () -> ControlGrpc.newBlockingStub(channel).prune(request), record -> pruned.accept(record(record)));
        } catch (StatusRuntimeException e) {
            throw ControlErrors.of(e, endpoint, "such record");
        }
    }

    private static CacheRecord record(UsageRecord record) {
        return new CacheRecord(
                record.getID(),
                record.getMutable(),
                record.getInUse(),
                record.getShared(),
                Math.max(0, record.getSize()),
                Timestamps.instant(record.getCreatedAt()),
                record.hasLastUsedAt() ? Timestamps.instant(record.getLastUsedAt()) : null,
                record.getUsageCount(),
                record.getParentsList(),
                record.getDescription(),
                record.getRecordType());
    }
}
