// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.solve.DaemonBuild;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import io.jenkins.plugins.treenq.buildkit.threads.WorkerPool;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;

/** A build that was started. The build uses no thread while the client waits for the daemon. */
public final class RunningBuild {
    /** Time limit for the end of a cancelled build whose listener does not return. */
    private static final Duration LONGEST_END = Duration.ofSeconds(10);

    private final Endpoint endpoint;
    private final WorkerPool workers;
    private final Start start;
    private final BuildListener listener;
    private final Reconnection reconnection;
    private final Instant began = Instant.now();
    private final CompletableFuture<BuildResult> result = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private boolean cancelled;
    private BuildSession session;

    /** Null until the build was sent to the daemon. */
    private DaemonBuild running;

    /** Sends the build to the daemon. */
    @FunctionalInterface
    interface Start {
        DaemonBuild start(BuildRequest request, String sessionId) throws BuildkitException;
    }

    /** Connects anew, if the connection of an earlier client turns out to be lost. */
    @FunctionalInterface
    interface Reconnection {
        /** Returns a session on a new connection. */
        CompletableFuture<BuildSession> open();
    }

    /** @param reconnection null if the daemon has already answered on the connection */
    RunningBuild(
            Endpoint endpoint,
            WorkerPool workers,
            Start start,
            BuildSession session,
            Reconnection reconnection,
            BuildListener listener) {
        this.endpoint = endpoint;
        this.workers = workers;
        this.start = start;
        this.session = session;
        this.reconnection = reconnection;
        this.listener = listener;
    }

    void begin() {
        result.whenComplete((built, failure) -> {
            if (result.isCancelled()) {
                cancel();
            }
        });
        BuildSession first = current();
        CompletableFuture<BuildResult> built = perform(first);
        if (reconnection != null) {
            built = built.exceptionallyCompose(failure -> first.wasOpened() || isCancelled()
                    ? CompletableFuture.failedFuture(FutureOutcome.cause(failure))
                    : again());
        }
        built.whenComplete((image, failure) -> {
            closed.complete(null);
            if (failure == null) {
                result.complete(image);
            } else {
                result.completeExceptionally(FutureOutcome.cause(failure));
            }
        });
    }

    private synchronized BuildSession current() {
        return session;
    }

    private synchronized boolean isCancelled() {
        return cancelled;
    }

    /** Builds on a new connection. The daemon has not answered on the first one. */
    private CompletableFuture<BuildResult> again() {
        return reconnection.open().thenCompose(opened -> {
            synchronized (this) {
                session = opened;
                running = null;
            }
            return perform(opened);
        });
    }

    private CompletableFuture<BuildResult> perform(BuildSession current) {
        // The daemon waits for the session of a build, so that the build need not wait for the session.
        return CompletableFuture.supplyAsync(() -> start(current), workers)
                .thenCompose(response -> response)
                .handle(current::whenOpened)
                .thenCompose(response -> response)
                .thenApplyAsync(response -> finish(current, response), workers)
                .handleAsync((built, failure) -> close(current, built, failure), workers);
    }

    private CompletableFuture<Map<String, String>> start(BuildSession current) {
        current.begin();
        DaemonBuild begun;
        synchronized (this) {
            if (cancelled) {
                return CompletableFuture.failedFuture(BuildSession.cancelled());
            }
            try {
                begun = start.start(current.request(), current.id());
            } catch (BuildkitException e) {
                return CompletableFuture.failedFuture(e);
            }
            running = begun;
        }
        current.failure().whenUnexpected(begun::cancel);
        current.opened().exceptionally(failure -> {
            begun.cancel();
            return null;
        });
        return begun.result();
    }

    private BuildResult finish(BuildSession current, Map<String, String> response) {
        try {
            current.finish(response);
            return MetadataFile.of(response).result(current.request().ref(), Duration.between(began, Instant.now()));
        } catch (BuildkitException e) {
            throw new CompletionException(e);
        } catch (IllegalArgumentException e) {
            throw new CompletionException(new BuildkitException.DaemonFailedException(
                    endpoint.address() + " returned an invalid image digest", null));
        }
    }

    private BuildResult close(BuildSession current, BuildResult built, Throwable failure) {
        Throwable cause = failure == null ? null : FutureOutcome.cause(failure);
        try (current) {
            if (cause == null || cause instanceof BuildkitException) {
                current.reportSentBytes(listener);
            }
        } catch (RuntimeException | Error e) {
            if (failure == null) {
                throw e;
            }
        }
        if (failure == null) {
            return built;
        }
        throw new CompletionException(
                cause instanceof BuildkitException known ? current.failure().explaining(known) : cause);
    }

    /**
     * Returns a future that completes when the build has ended, the listener has received all events and all results
     * are on the disk. If the build fails, the future completes with a {@link BuildkitException}, or with an unexpected
     * exception, such as one that the listener threw. Dependent actions must not block. Cancelling the future is
     * equivalent to {@link #cancel}, but the future then completes before the build has stopped.
     */
    public CompletableFuture<BuildResult> result() {
        return result;
    }

    /**
     * Cancels the build in the daemon, unless the build has ended. The result completes within about ten seconds, even
     * if the listener does not return.
     */
    public void cancel() {
        DaemonBuild begun;
        BuildSession current;
        synchronized (this) {
            cancelled = true;
            begun = running;
            current = session;
        }
        if (begun == null) {
            current.abort();
        } else {
            begun.cancel();
        }
        if (!closed.isDone()) {
            Future<?> end = workers.schedule(this::abandon, LONGEST_END);
            closed.thenRun(() -> end.cancel(false));
        }
    }

    /** Ends a cancelled build whose listener has not returned in time. */
    private void abandon() {
        try {
            current().close();
        } finally {
            result.completeExceptionally(BuildSession.cancelled());
        }
    }

    /** Waits for the result. An interrupt cancels the build. */
    public BuildResult await() throws BuildkitException, InterruptedException {
        try {
            // A copy, because cancelling the caller's work cancels what it waits for, and this future must wait for the
            // end.
            return FutureOutcome.get(result.copy(), BuildkitException.class);
        } catch (InterruptedException e) {
            cancel();
            // When the result is complete, no further events are sent and no further files are written.
            result.handle((built, failure) -> null).join();
            throw e;
        }
    }
}
