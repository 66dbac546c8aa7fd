// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.solve.BuildFailures;
import io.jenkins.plugins.treenq.buildkit.solve.HistoryReplay;
import io.jenkins.plugins.treenq.buildkit.transport.Calls;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildHistoryEvent;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildHistoryEventType;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildHistoryRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.UpdateBuildHistoryRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The daemon's history, which contains running builds and a limited number of ended builds
 * ({@code solver/llbsolver/history}). By default, the daemon keeps 50 builds for two days.
 */
public final class History {
    private static final String PREDICATE_TYPE = "in-toto.io/predicate-type";
    private static final int SAFE_FILTERS_MINOR = 29;
    private static final long ENDLESS = -1;
    private static final String PROVENANCE = "https://slsa.dev/provenance/";

    private final ManagedChannel channel;
    private final Endpoint endpoint;
    private final Supplier<DaemonInfo> version;
    private final HistoryBlobs contents;

    /** @param version provides the daemon's version, which is known after the connection was made */
    public History(ManagedChannel channel, Endpoint endpoint, Supplier<DaemonInfo> version) {
        this.channel = channel;
        this.endpoint = endpoint;
        this.version = version;
        this.contents = new HistoryBlobs(channel, endpoint);
    }

    /** Returns the builds that match the query: first running builds, then ended builds. */
    public List<BuildRecord> list(HistoryQuery query) throws BuildkitException, InterruptedException {
        // A build that ends during the call is sent twice; the later record replaces the earlier one.
        Map<String, BuildRecord> records = new LinkedHashMap<>();
        long mostBytes = Runtime.getRuntime().maxMemory() / 8;
        listen(query, mostBytes, event -> records.put(event.record().ref(), event.record()));
        if (query.limit() == 0) {
            return List.copyOf(records.values());
        }
        Stream<BuildRecord> running = records.values().stream().filter(record -> record.completed() == null);
        Stream<BuildRecord> ended = records.values().stream()
                .filter(record -> record.completed() != null)
                .sorted(Comparator.comparing(BuildRecord::created).reversed())
                .limit(query.limit());
        return Stream.concat(running, ended).toList();
    }

    /**
     * Returns the number of builds that are running in the daemon, of all its clients. The deadline of the call is the
     * endpoint's connect timeout. Cancelling the future cancels the call.
     */
    public CompletableFuture<Integer> runningLater() {
        BuildHistoryRequest request = BuildHistoryRequest.newBuilder()
                .setActiveOnly(true)
                .setEarlyExit(true)
                .build();
        RunningBuilds running = new RunningBuilds();
        ControlGrpc.newStub(channel)
                .withDeadlineAfter(endpoint.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .listenBuildHistory(request, running);
        return running.number;
    }

    /** Counts the records of running builds. */
    private final class RunningBuilds implements ClientResponseObserver<BuildHistoryRequest, BuildHistoryEvent> {
        private final CompletableFuture<Integer> number = new CompletableFuture<>();
        private int count;

        @Override
        public void beforeStart(ClientCallStreamObserver<BuildHistoryRequest> call) {
            number.whenComplete((counted, failure) -> {
                if (number.isCancelled()) {
                    call.cancel("the number of builds is not needed any more", null);
                }
            });
        }

        @Override
        public void onNext(BuildHistoryEvent event) {
            if (event.getType() == BuildHistoryEventType.STARTED) {
                count++;
            }
        }

        @Override
        public void onError(Throwable failure) {
            number.completeExceptionally(
                    failure instanceof StatusRuntimeException known
                            ? ControlErrors.of(known, endpoint, "such build")
                            : failure);
        }

        @Override
        public void onCompleted() {
            number.complete(count);
        }
    }

    /** Returns the build with this ref, which is running or has ended; empty if the history has no such build. */
    public Optional<BuildRecord> find(String ref) throws BuildkitException, InterruptedException {
        return list(new HistoryQuery(ref, false, List.of(), 0)).stream().findFirst();
    }

    /**
     * Sends the listener the builds that the daemon knows, then every change of a build, until the thread is
     * interrupted.
     */
    public void follow(HistoryQuery query, Consumer<HistoryEvent> listener)
            throws BuildkitException, InterruptedException {
        listen(query, ENDLESS, listener);
    }

    /** Sends the listener the progress of a build, from its start to its end. */
    public void logs(String ref, BuildListener listener) throws BuildkitException, InterruptedException {
        try {
            HistoryReplay.run(channel, ref, listener);
        } catch (StatusRuntimeException e) {
            throw ControlErrors.of(e, endpoint, "build " + ref);
        }
    }

    /**
     * Returns the failure of a build, with the same message as at its end; empty if the build succeeded or is running.
     */
    public Optional<BuildkitException> failure(String ref) throws BuildkitException, InterruptedException {
        BuildRecord record = known(ref);
        if (record.failure() == null) {
            return record.error().isEmpty()
                    ? Optional.empty()
                    : Optional.of(BuildFailures.of(
                            com.google.rpc.Status.newBuilder()
                                    .setCode(record.errorCode())
                                    .setMessage(record.error())
                                    .build(),
                            endpoint));
        }
        try {
            return Optional.of(
                    BuildFailures.of(com.google.rpc.Status.parseFrom(contents.read(record.failure())), endpoint));
        } catch (InvalidProtocolBufferException e) {
            throw new BuildkitException.DaemonFailedException(
                    "the error of build " + ref + " in " + endpoint.address() + " is not readable", null);
        }
    }

    /**
     * Returns the provenance of a build, one for each platform. The daemon has a provenance for every build that
     * succeeded.
     */
    public List<Attestation> provenance(String ref) throws BuildkitException, InterruptedException {
        List<Attestation> all = new ArrayList<>();
        for (Map.Entry<String, BuildRecord.Products> products :
                known(ref).products().entrySet()) {
            for (Blob blob : products.getValue().attestations()) {
                String type = blob.annotations().getOrDefault(PREDICATE_TYPE, "");
                if (type.startsWith(PROVENANCE)) {
                    String json = new String(contents.read(blob), StandardCharsets.UTF_8);
                    all.add(new Attestation(products.getKey(), type, json));
                }
            }
        }
        return all;
    }

    /** Deletes a build that has ended from the history. */
    public void delete(String ref) throws BuildkitException, InterruptedException {
        update(UpdateBuildHistoryRequest.newBuilder()
                .setRef(ref)
                .setDelete(true)
                .build());
    }

    /** Pins a build that has ended, so that the daemon keeps its record regardless of age, or unpins the build. */
    public void pin(String ref, boolean pinned) throws BuildkitException, InterruptedException {
        update(UpdateBuildHistoryRequest.newBuilder()
                .setRef(ref)
                .setPinned(pinned)
                .build());
    }

    private void update(UpdateBuildHistoryRequest request) throws BuildkitException, InterruptedException {
        try {
            Calls.answer(ControlGrpc.newFutureStub(channel)
                    .withDeadlineAfter(endpoint.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                    .updateBuildHistory(request));
        } catch (StatusRuntimeException e) {
            if (gone(e)) {
                throw new BuildkitException.InvalidRequestException(
                        endpoint.address() + " has no build " + request.getRef());
            }
            throw ControlErrors.of(e, endpoint, "build " + request.getRef());
        }
    }

    private BuildRecord known(String ref) throws BuildkitException, InterruptedException {
        return find(ref)
                .orElseThrow(() ->
                        new BuildkitException.InvalidRequestException(endpoint.address() + " has no build " + ref));
    }

    /**
     * Requests history events and selects those of the query's ref. The daemon could select by ref, too, but then only
     * hides a build that is to be deleted ({@code solver/llbsolver/history/buildhistory.go}, delete). Before v0.29, the
     * next request with a filter or limit would find the hidden build and crash the daemon.
     *
     * @param mostBytes memory limit for a history that ends, or {@link #ENDLESS}
     */
    private void listen(HistoryQuery query, long mostBytes, Consumer<HistoryEvent> listener)
            throws BuildkitException, InterruptedException {
        if (!query.filters().isEmpty() && !version.get().atLeast(SAFE_FILTERS_MINOR)) {
            throw new BuildkitException.InvalidRequestException(
                    endpoint.address() + " is BuildKit " + version.get().version()
                            + ", which a filter of its history can crash; update it to v0.29 or newer");
        }
        BuildHistoryRequest request = BuildHistoryRequest.newBuilder()
                .setActiveOnly(query.activeOnly())
                .addAllFilter(query.filters())
                .setEarlyExit(mostBytes != ENDLESS)
                .build();
        AtomicLong left = new AtomicLong(mostBytes);
        try {
            Calls.each(() -> ControlGrpc.newBlockingStub(channel).listenBuildHistory(request), event -> {
                if (mostBytes != ENDLESS && left.addAndGet(-event.getSerializedSize()) < 0) {
                    throw new BuildkitException.DaemonFailedException(
                            "the history of " + endpoint.address() + " is longer than this JVM has memory for", null);
                }
                deliver(RecordConversion.event(event), query, listener);
            });
        } catch (StatusRuntimeException e) {
            throw ControlErrors.of(e, endpoint, "such build");
        }
    }

    private static void deliver(HistoryEvent event, HistoryQuery query, Consumer<HistoryEvent> listener) {
        if (query.ref().isEmpty() || query.ref().equals(event.record().ref())) {
            listener.accept(event);
        }
    }

    /** Returns whether the build does not exist, which the daemon reports with a Go error and no status code. */
    private static boolean gone(StatusRuntimeException failure) {
        return String.valueOf(failure.getStatus().getDescription()).endsWith("file does not exist");
    }
}
