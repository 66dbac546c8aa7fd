// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.solve.BuildFailures;
import io.jenkins.plugins.treenq.buildkit.solve.HistoryReplay;
import io.jenkins.plugins.treenq.buildkit.transport.Calls;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The builds that a daemon runs and remembers ({@code solver/llbsolver/history}); by default, the last 50 of two days.
 */
public final class History {
    private static final String PREDICATE_TYPE = "in-toto.io/predicate-type";
    private static final int SAFE_FILTERS_MINOR = 29;
    private static final long ENDLESS = -1;
    private static final String PROVENANCE = "https://slsa.dev/provenance/";

    private final ManagedChannel channel;
    private final Endpoint endpoint;
    private final Supplier<DaemonInfo> version;
    private final Contents contents;

    /** @param version known when the connection is made */
    public History(ManagedChannel channel, Endpoint endpoint, Supplier<DaemonInfo> version) {
        this.channel = channel;
        this.endpoint = endpoint;
        this.version = version;
        this.contents = new Contents(channel, endpoint);
    }

    /** The builds that are known now: those that run, then those that ended. */
    public List<BuildRecord> list(HistoryQuery query) throws BuildkitException, InterruptedException {
        // A build that ends meanwhile is told twice.
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

    /** The build of that name, running or ended. */
    public Optional<BuildRecord> find(String ref) throws BuildkitException, InterruptedException {
        return list(new HistoryQuery(ref, false, List.of(), 0)).stream().findFirst();
    }

    /** Tells of the builds that are known, then of all that happens, until an interrupt. */
    public void follow(HistoryQuery query, Consumer<HistoryEvent> listener)
            throws BuildkitException, InterruptedException {
        listen(query, ENDLESS, listener);
    }

    /** Tells the progress of a build, from its start to its end. */
    public void logs(String ref, BuildListener listener) throws BuildkitException, InterruptedException {
        try {
            HistoryReplay.run(channel, ref, listener);
        } catch (StatusRuntimeException e) {
            throw ControlErrors.of(e, endpoint, "build " + ref);
        }
    }

    /** Why a build failed, as it was said when it did; empty when it succeeded or still runs. */
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

    /** How a build's results came about, one for each platform; the daemon knows it for every build that succeeded. */
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

    /** Forgets a build that ended. */
    public void delete(String ref) throws BuildkitException, InterruptedException {
        update(UpdateBuildHistoryRequest.newBuilder()
                .setRef(ref)
                .setDelete(true)
                .build());
    }

    /** Keeps a build that ended whatever its age, or no longer. */
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
     * The name is compared here: a daemon that was asked for it only hides the build when it is to be deleted
     * ({@code solver/llbsolver/history/buildhistory.go}, delete), and before v0.29 the next filter or limit that it is
     * asked for meets the hidden build and ends the daemon.
     *
     * @param mostBytes that a history which ends may have, or {@link #ENDLESS}
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
                deliver(Records.event(event), query, listener);
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

    /** Go's "file does not exist", which the daemon gives no code. */
    private static boolean gone(StatusRuntimeException failure) {
        return String.valueOf(failure.getStatus().getDescription()).endsWith("file does not exist");
    }
}
