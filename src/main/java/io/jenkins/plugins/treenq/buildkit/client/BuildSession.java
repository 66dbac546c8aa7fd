// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.grpc.ManagedChannel;
import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.compression.CompressionDecision;
import io.jenkins.plugins.treenq.buildkit.compression.SentBytes;
import io.jenkins.plugins.treenq.buildkit.filesync.FileSyncService;
import io.jenkins.plugins.treenq.buildkit.session.Session;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import io.jenkins.plugins.treenq.buildkit.transport.ConnectionFailures;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The session of one build, with the services that the client offers in the session and the results that it receives.
 */
final class BuildSession implements AutoCloseable {
    private static final String SENDING = "client:sent-bytes";
    private static final String SENDING_NAME = "[internal] sending files to the daemon";

    private final Session session;
    private final ResultReceiver results;
    private final ClientFailure failure;
    private final SentBytes sentBytes;
    private final List<BuildSession> shared;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();

    /** Number of builds that use this session without being its own. */
    private final AtomicInteger users = new AtomicInteger();

    private BuildSession(
            Session session,
            ResultReceiver results,
            ClientFailure failure,
            SentBytes sentBytes,
            List<BuildSession> shared) {
        this.session = session;
        this.results = results;
        this.failure = failure;
        this.sentBytes = sentBytes;
        this.shared = List.copyOf(shared);
        shared.forEach(other -> other.users.incrementAndGet());
    }

    /**
     * Opens a session.
     *
     * @param shared sessions that the build uses together with others
     * @param limit time limit for the daemon to open its side of the session
     * @throws BuildkitException.InvalidRequestException if the request and the content of the session do not match
     */
    static BuildSession open(
            ManagedChannel channel,
            Endpoint endpoint,
            EventLoops loops,
            CompressionDecision compression,
            BuildRequest request,
            SessionContent content,
            BuildListener listener,
            List<BuildSession> shared,
            Duration limit)
            throws BuildkitException.InvalidRequestException {
        ClientFailure failure =
                new ClientFailure(shared.stream().map(BuildSession::failure).toList());
        FileSyncService files =
                new FileSyncService(content.locals(), content.boundary(), loops.workers(), failure, compression);
        ResultReceiver results = ResultReceiver.of(request, content, loops.workers(), failure, listener);
        Session session = null;
        try {
            session = Session.open(channel, loops, content, results.servicesAnd(files.intercepted()), failure);
        } finally {
            if (session == null) {
                results.close();
            }
        }
        BuildSession opening = new BuildSession(session, results, failure, files.sentBytes(), shared);
        opening.follow(endpoint, loops, limit);
        return opening;
    }

    private void follow(Endpoint endpoint, EventLoops loops, Duration limit) {
        Future<?> timeout = loops.workers()
                .schedule(
                        () -> opened.completeExceptionally(new BuildkitException.UnreachableException(
                                endpoint.address() + " did not open a session within "
                                        + limit.toSeconds()
                                        + " s; a proxy in between may not support HTTP/2 streams",
                                null)),
                        limit);
        opened.whenComplete((none, late) -> timeout.cancel(false));
        session.opened().whenComplete((none, broken) -> {
            if (broken == null) {
                opened.complete(null);
            } else {
                opened.completeExceptionally(ConnectionFailures.connecting(FutureOutcome.cause(broken), endpoint));
            }
        });
        failure.whenUnexpected(this::abort);
    }

    /**
     * Returns a future that completes when the daemon has opened its side of the session. If the daemon does not open
     * the session within the time limit, the future completes with a {@link BuildkitException}.
     */
    CompletableFuture<Void> opened() {
        return opened;
    }

    /** Returns whether the daemon has opened its side of the session, which proves that it was reached. */
    boolean wasOpened() {
        return session.opened().isDone() && !session.opened().isCompletedExceptionally();
    }

    /**
     * Returns the outcome of a build. If the build failed, the session's failure to open explains it better, for which
     * this method waits.
     */
    <T> CompletableFuture<T> whenOpened(T result, Throwable failure) {
        return failure == null
                ? CompletableFuture.completedFuture(result)
                : opened.thenCompose(none -> CompletableFuture.failedFuture(failure));
    }

    /** Stops waiting for the daemon to open the session. */
    void abort() {
        opened.completeExceptionally(cancelled());
    }

    static BuildkitException cancelled() {
        return new BuildkitException.BuildCancelledException();
    }

    String id() {
        return session.id();
    }

    /** Returns the request as it is sent to the daemon. */
    BuildRequest request() {
        return results.request();
    }

    ClientFailure failure() {
        return failure;
    }

    /** Sends the listener the warnings that were found before the build. */
    void begin() {
        results.begin();
    }

    /**
     * Completes the results after the daemon has reported success.
     *
     * @param response response of the exporters
     */
    void finish(Map<String, String> response) throws BuildkitException {
        results.finish(response);
    }

    /**
     * Sends the listener the number of bytes that were sent, if some of them were compressed: the daemon counts the
     * bytes before compression only. What a shared session has sent is reported to the last build that uses it.
     */
    void reportSentBytes(BuildListener listener) {
        for (BuildSession other : shared) {
            if (other.users.decrementAndGet() == 0) {
                other.reportSentBytes(listener);
            }
        }
        if (sentBytes.compressed()) {
            Instant now = Instant.now();
            List.of(
                            new BuildEvent.VertexChanged(SENDING, List.of(), SENDING_NAME, false, now, null, "", null),
                            new BuildEvent.Output(SENDING, now, 1, sentBytes + "\n"),
                            new BuildEvent.VertexChanged(SENDING, List.of(), SENDING_NAME, false, now, now, "", null))
                    .forEach(listener::onEvent);
        }
    }

    /**
     * Closes the session before the results. Until the session is closed, the client receives results; when this method
     * returns, all of them are on the disk.
     */
    @Override
    public void close() {
        try {
            session.close();
        } finally {
            failure.end();
            results.close();
        }
    }
}
