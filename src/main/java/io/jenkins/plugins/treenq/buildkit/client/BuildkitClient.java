// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRecord;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.DaemonInfo;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.SessionContent;
import io.jenkins.plugins.treenq.buildkit.Worker;
import io.jenkins.plugins.treenq.buildkit.filesync.FileSyncService;
import io.jenkins.plugins.treenq.buildkit.session.Session;
import io.jenkins.plugins.treenq.buildkit.solve.Solve;
import io.jenkins.plugins.treenq.buildkit.transport.DaemonChannel;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;
import io.jenkins.plugins.treenq.buildkit.transport.Failures;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildHistoryEvent;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildHistoryRecord;
import io.jenkins.plugins.treenq.buildkit.wire.control.BuildHistoryRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.InfoRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.ListWorkersRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.ListWorkersResponse;
import io.jenkins.plugins.treenq.buildkit.wire.worker.BuildkitVersion;
import io.jenkins.plugins.treenq.buildkit.wire.worker.WorkerRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A connection to one BuildKit daemon. Safe for use by several threads; any number of builds at once. */
public final class BuildkitClient implements AutoCloseable {
    /** Older daemons take the exporters in another form. */
    private static final int OLDEST_MINOR = 12;

    private static final Pattern VERSION = Pattern.compile("v?(\\d+)\\.(\\d+)\\..*");

    private final Endpoint endpoint;
    private final EventLoops loops;
    private final ManagedChannel channel;
    private DaemonInfo info;

    private BuildkitClient(Endpoint endpoint, EventLoops loops) throws BuildkitException.InvalidRequest {
        this.endpoint = endpoint;
        this.loops = loops;
        this.channel = DaemonChannel.open(endpoint, loops);
    }

    /**
     * Connects, and asks the daemon for its version to prove that it is one.
     *
     * @throws BuildkitException when nobody answers in the endpoint's time, or certificates are refused
     */
    public static BuildkitClient connect(Endpoint endpoint) throws BuildkitException, InterruptedException {
        EventLoops loops = new EventLoops();
        BuildkitClient client = null;
        try {
            client = new BuildkitClient(endpoint, loops);
            client.info = client.askInfo();
            return client;
        } finally {
            if (client == null) {
                loops.close();
            } else if (client.info == null) {
                client.close();
            }
        }
    }

    private DaemonInfo askInfo() throws BuildkitException, InterruptedException {
        BuildkitVersion version =
                answer(control().info(InfoRequest.getDefaultInstance())).getBuildkitVersion();
        Matcher parts = VERSION.matcher(version.getVersion());
        if (parts.matches()
                && parts.group(1).equals("0")
                && Integer.parseInt(parts.group(2)) < OLDEST_MINOR
                && !version.getVersion().startsWith("0.0.0")) {
            throw new BuildkitException.Unreachable(
                    endpoint.address() + " is BuildKit " + version.getVersion() + "; update it to v0.12 or newer", null);
        }
        return new DaemonInfo(version.getPackage(), version.getVersion(), version.getRevision());
    }

    /** What the daemon said of its version when the connection was made. */
    public DaemonInfo info() {
        return info;
    }

    /** The daemon's workers. */
    public List<Worker> workers() throws BuildkitException, InterruptedException {
        ListWorkersResponse workers = answer(control().listWorkers(ListWorkersRequest.getDefaultInstance()));
        return workers.getRecordList().stream().map(BuildkitClient::worker).toList();
    }

    private static Worker worker(WorkerRecord worker) {
        return new Worker(
                worker.getID(),
                worker.getLabelsMap(),
                worker.getPlatformsList().stream()
                        .map(platform -> new Platform(
                                platform.getOS(), platform.getArchitecture(), platform.getVariant()))
                        .toList());
    }

    /**
     * Builds. An interrupt of the calling thread stops the build in the daemon too.
     *
     * @param listener hears the build's events as they come; all of them before this returns
     */
    public BuildResult build(BuildRequest request, SessionContent content, BuildListener listener)
            throws BuildkitException, InterruptedException {
        Instant start = Instant.now();
        AtomicReference<BuildkitException> unreadable = new AtomicReference<>();
        FileSyncService files = new FileSyncService(
                content.locals(), loops.workers(), failure -> unreadable.compareAndSet(null, failure));
        try (Session session = Session.open(channel, loops, content, List.of(files.intercepted()))) {
            awaitOpen(session);
            Map<String, String> response =
                    Solve.run(channel, endpoint, loops.workers(), request, session.id(), listener);
            return new BuildResult(request.ref(), response, Duration.between(start, Instant.now()));
        } catch (BuildkitException e) {
            // The daemon only repeats what this side told it, in longer words.
            throw unreadable.get() != null ? unreadable.get() : e;
        }
    }

    private void awaitOpen(Session session) throws BuildkitException, InterruptedException {
        try {
            session.opened().get(endpoint.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw Failures.connecting(e.getCause(), endpoint);
        } catch (TimeoutException e) {
            throw new BuildkitException.Unreachable(
                    endpoint.address() + " did not open a session within "
                            + endpoint.connectTimeout().toSeconds()
                            + " s; a proxy that does not pass HTTP/2 streams through may be in between",
                    null);
        }
    }

    /** The build of that name in the daemon's history, running or ended. */
    public Optional<BuildRecord> history(String ref) throws BuildkitException {
        BuildHistoryRequest request =
                BuildHistoryRequest.newBuilder().setRef(ref).setEarlyExit(true).build();
        BuildRecord record = null;
        try {
            Iterator<BuildHistoryEvent> events = ControlGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(endpoint.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                    .listenBuildHistory(request);
            while (events.hasNext()) {
                BuildHistoryRecord found = events.next().getRecord();
                if (found.getRef().equals(ref)) {
                    record = record(found);
                }
            }
        } catch (io.grpc.StatusRuntimeException e) {
            if (e.getStatus().getCode() != io.grpc.Status.Code.NOT_FOUND) {
                throw Failures.connecting(e, endpoint);
            }
        }
        return Optional.ofNullable(record);
    }

    private static BuildRecord record(BuildHistoryRecord record) {
        return new BuildRecord(
                record.getRef(),
                Instant.ofEpochSecond(
                        record.getCreatedAt().getSeconds(), record.getCreatedAt().getNanos()),
                record.hasCompletedAt()
                        ? Instant.ofEpochSecond(
                                record.getCompletedAt().getSeconds(),
                                record.getCompletedAt().getNanos())
                        : null,
                record.hasError() ? record.getError().getMessage() : "",
                record.getExporterResponseMap());
    }

    private ControlGrpc.ControlFutureStub control() {
        return ControlGrpc.newFutureStub(channel)
                .withDeadlineAfter(endpoint.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    private <T> T answer(ListenableFuture<T> call) throws BuildkitException, InterruptedException {
        try {
            return call.get();
        } catch (ExecutionException e) {
            throw Failures.connecting(e.getCause(), endpoint);
        } finally {
            call.cancel(true);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loops.close();
    }
}
