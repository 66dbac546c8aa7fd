// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.grpc.ManagedChannel;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.filesync.FileSyncService;
import io.jenkins.plugins.treenq.buildkit.session.Session;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;
import io.jenkins.plugins.treenq.buildkit.transport.Failures;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * The session of one build, with the services that the client offers in the session and the results that it receives.
 */
final class BuildSession implements AutoCloseable {
    private final Session session;
    private final ResultReceiver results;
    private final ClientFailure failure;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();

    private BuildSession(Session session, ResultReceiver results, ClientFailure failure) {
        this.session = session;
        this.results = results;
        this.failure = failure;
    }

    /**
     * Opens a session.
     *
     * @throws BuildkitException.InvalidRequestException if the request and the content of the session do not match
     */
    static BuildSession open(
            ManagedChannel channel,
            Endpoint endpoint,
            EventLoops loops,
            BuildRequest request,
            SessionContent content,
            BuildListener listener)
            throws BuildkitException.InvalidRequestException {
        ClientFailure failure = new ClientFailure();
        FileSyncService files = new FileSyncService(content.locals(), content.boundary(), loops.workers(), failure);
        ResultReceiver results = ResultReceiver.of(request, content, loops.workers(), failure, listener);
        Session session = null;
        try {
            session = Session.open(channel, loops, content, results.servicesAnd(files.intercepted()), failure);
        } finally {
            if (session == null) {
                results.close();
            }
        }
        BuildSession opening = new BuildSession(session, results, failure);
        opening.follow(endpoint, loops);
        return opening;
    }

    private void follow(Endpoint endpoint, EventLoops loops) {
        Future<?> timeout = loops.workers()
                .schedule(
                        () -> opened.completeExceptionally(new BuildkitException.UnreachableException(
                                endpoint.address() + " did not open a session within "
                                        + endpoint.connectTimeout().toSeconds()
                                        + " s; a proxy that does not pass HTTP/2 streams through may be in between",
                                null)),
                        endpoint.connectTimeout());
        opened.whenComplete((none, late) -> timeout.cancel(false));
        session.opened().whenComplete((none, broken) -> {
            if (broken == null) {
                opened.complete(null);
            } else {
                opened.completeExceptionally(Failures.connecting(FutureOutcome.cause(broken), endpoint));
            }
        });
        failure.whenUnexpected(this::abort);
    }

    /**
     * Returns a future that completes when the daemon has opened its side of the session. If the daemon does not open
     * the session within the endpoint's time limit, the future completes with a {@link BuildkitException}.
     */
    CompletableFuture<Void> opened() {
        return opened;
    }

    /** Stops waiting for the daemon to open the session. */
    void abort() {
        opened.completeExceptionally(cancelled());
    }

    static BuildkitException cancelled() {
        return new BuildkitException.ConnectionLostException("the build was cancelled on this side", null);
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
     * Closes the session before the results. Until the session is closed, the client receives results; when this method
     * returns, all of them are on the disk.
     */
    @Override
    public void close() {
        try {
            session.close();
        } finally {
            results.close();
        }
    }
}
