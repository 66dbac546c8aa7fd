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

/** The session of one build, with everything that this side serves and takes in it. */
final class BuildSession implements AutoCloseable {
    private final Session session;
    private final ResultReceiver results;
    private final OwnFailure failure;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();

    private BuildSession(Session session, ResultReceiver results, OwnFailure failure) {
        this.session = session;
        this.results = results;
        this.failure = failure;
    }

    /** @throws BuildkitException.InvalidRequestException when request and content do not fit together */
    static BuildSession open(
            ManagedChannel channel,
            Endpoint endpoint,
            EventLoops loops,
            BuildRequest request,
            SessionContent content,
            BuildListener listener)
            throws BuildkitException.InvalidRequestException {
        OwnFailure failure = new OwnFailure();
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

    /** Completes when the daemon has opened its side of the session, or exceptionally with why it did not. */
    CompletableFuture<Void> opened() {
        return opened;
    }

    /** Ends the wait for the daemon. */
    void abort() {
        opened.completeExceptionally(cancelled());
    }

    static BuildkitException cancelled() {
        return new BuildkitException.ConnectionLostException("the build was cancelled on this side", null);
    }

    String id() {
        return session.id();
    }

    /** The request in the daemon's terms. */
    BuildRequest request() {
        return results.request();
    }

    OwnFailure failure() {
        return failure;
    }

    /** Tells the listener what was found out before the build. */
    void begin() {
        results.begin();
    }

    /**
     * The daemon says that the build succeeded.
     *
     * @param response what its exporters answered
     */
    void finish(Map<String, String> response) throws BuildkitException {
        results.finish(response);
    }

    /** In this order: what comes back is taken until the session is closed, and on disk when this returns. */
    @Override
    public void close() {
        try {
            session.close();
        } finally {
            results.close();
        }
    }
}
