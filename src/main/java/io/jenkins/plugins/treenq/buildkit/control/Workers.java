// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import io.jenkins.plugins.treenq.buildkit.transport.Calls;
import io.jenkins.plugins.treenq.buildkit.transport.ConnectionFailures;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.InfoRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.ListWorkersRequest;
import io.jenkins.plugins.treenq.buildkit.wire.worker.BuildkitVersion;
import io.jenkins.plugins.treenq.buildkit.wire.worker.WorkerRecord;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Requests the version and the workers of a daemon. The deadline of the calls is the endpoint's connect timeout. */
public final class Workers {
    private final ManagedChannel channel;
    private final Endpoint endpoint;

    public Workers(ManagedChannel channel, Endpoint endpoint) {
        this.channel = channel;
        this.endpoint = endpoint;
    }

    /**
     * Returns the version of the daemon. The response proves that a BuildKit daemon answers, so that errors are
     * reported as failures to connect.
     */
    public CompletableFuture<DaemonInfo> infoLater() {
        return Calls.later(stub().info(InfoRequest.getDefaultInstance()))
                .thenApply(answer -> version(answer.getBuildkitVersion()))
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                        FutureOutcome.cause(failure) instanceof StatusRuntimeException known
                                ? ConnectionFailures.connecting(known, endpoint)
                                : failure));
    }

    /**
     * Returns the workers that match at least one of the filters; all workers if there are no filters.
     *
     * @param filters filters in containerd's syntax, such as
     *     {@code labels."org.mobyproject.buildkit.worker.executor"==oci}
     */
    public List<Worker> list(List<String> filters) throws BuildkitException, InterruptedException {
        ListWorkersRequest request =
                ListWorkersRequest.newBuilder().addAllFilter(filters).build();
        try {
            return Calls.answer(stub().listWorkers(request)).getRecordList().stream()
                    .map(Workers::worker)
                    .toList();
        } catch (StatusRuntimeException e) {
            throw ControlErrors.of(e, endpoint, "such worker");
        }
    }

    private ControlGrpc.ControlFutureStub stub() {
        return ControlGrpc.newFutureStub(channel)
                .withDeadlineAfter(endpoint.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    private static Worker worker(WorkerRecord worker) {
        return new Worker(
                worker.getID(),
                worker.getLabelsMap(),
                worker.getPlatformsList().stream()
                        .map(platform ->
                                new Platform(platform.getOS(), platform.getArchitecture(), platform.getVariant()))
                        .toList(),
                worker.getGCPolicyList().stream()
                        .map(rule -> new CachePolicy(
                                rule.getAll(),
                                rule.getFiltersList(),
                                Duration.ofNanos(rule.getKeepDuration()),
                                rule.getReservedSpace(),
                                rule.getMaxUsedSpace(),
                                rule.getMinFreeSpace()))
                        .toList(),
                version(worker.getBuildkitVersion()),
                worker.getCDIDevicesList().stream()
                        .map(device -> new Worker.Device(
                                device.getName(),
                                device.getAutoAllow(),
                                device.getOnDemand(),
                                device.getAnnotationsMap()))
                        .toList());
    }

    private static DaemonInfo version(BuildkitVersion version) {
        return new DaemonInfo(
                version.getPackage(), version.getVersion(), version.getRevision(), version.getDockerfileVersion());
    }
}
