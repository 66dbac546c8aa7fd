// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.grpc.ManagedChannel;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.solve.Solve;
import io.jenkins.plugins.treenq.buildkit.solve.SolveRequests;
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

    private final ManagedChannel channel;
    private final Endpoint endpoint;
    private final WorkerPool workers;
    private final BuildSession session;
    private final BuildListener listener;
    private final Instant start = Instant.now();
    private final CompletableFuture<BuildResult> result = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private boolean cancelled;

    /** Null until the build was sent to the daemon. */
    private Solve solve;

    RunningBuild(
            ManagedChannel channel,
            Endpoint endpoint,
            WorkerPool workers,
            BuildSession session,
            BuildListener listener) {
        this.channel = channel;
        this.endpoint = endpoint;
        this.workers = workers;
        this.session = session;
        this.listener = listener;
    }

    void begin() {
        result.whenComplete((built, failure) -> {
            if (result.isCancelled()) {
                cancel();
            }
        });
        // The daemon waits for the session of a build, so that the build need not wait for the session.
        CompletableFuture.supplyAsync(this::solve, workers)
                .thenCompose(response -> response)
                .handle((response, failure) -> session.whenOpened(response, failure))
                .thenCompose(response -> response)
                .thenApplyAsync(this::finish, workers)
                .handleAsync(this::close, workers)
                .whenComplete((built, failure) -> {
                    if (failure == null) {
                        result.complete(built);
                    } else {
                        result.completeExceptionally(FutureOutcome.cause(failure));
                    }
                });
    }

    private CompletableFuture<Map<String, String>> solve() {
        session.begin();
        Solve begun;
        synchronized (this) {
            if (cancelled) {
                return CompletableFuture.failedFuture(BuildSession.cancelled());
            }
            try {
                begun = Solve.start(
                        channel, endpoint, workers, SolveRequests.build(session.request(), session.id()), listener);
            } catch (BuildkitException e) {
                return CompletableFuture.failedFuture(e);
            }
            solve = begun;
        }
        session.failure().whenUnexpected(begun::cancel);
        session.opened().exceptionally(failure -> {
            begun.cancel();
            return null;
        });
        return begun.result();
    }

    private BuildResult finish(Map<String, String> response) {
        try {
            session.finish(response);
            return MetadataFile.of(response).result(session.request().ref(), Duration.between(start, Instant.now()));
        } catch (BuildkitException e) {
            throw new CompletionException(e);
        } catch (IllegalArgumentException e) {
            throw new CompletionException(new BuildkitException.DaemonFailedException(
                    endpoint.address() + " answered with something else than the digest of an image", null));
        }
    }

    private BuildResult close(BuildResult built, Throwable failure) {
        try {
            if (failure == null || FutureOutcome.cause(failure) instanceof BuildkitException) {
                session.reportSentBytes(listener);
            }
        } finally {
            close(failure == null);
        }
        if (failure == null) {
            return built;
        }
        Throwable cause = FutureOutcome.cause(failure);
        throw new CompletionException(
                cause instanceof BuildkitException known ? session.failure().explaining(known) : cause);
    }

    /** @param successful whether the build was successful, so that a failure to close the session is its failure */
    private void close(boolean successful) {
        try {
            session.close();
        } catch (RuntimeException | Error e) {
            if (successful) {
                throw e;
            }
        } finally {
            closed.complete(null);
        }
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
        Solve running;
        synchronized (this) {
            cancelled = true;
            running = solve;
        }
        if (running == null) {
            session.abort();
        } else {
            running.cancel();
        }
        if (!closed.isDone()) {
            Future<?> end = workers.schedule(this::abandon, LONGEST_END);
            closed.thenRun(() -> end.cancel(false));
        }
    }

    /** Ends a cancelled build whose listener has not returned in time. */
    private void abandon() {
        try {
            session.close();
        } finally {
            result.completeExceptionally(BuildSession.cancelled());
        }
    }

    /** Waits for the result. An interrupt cancels the build. */
    public BuildResult await() throws BuildkitException, InterruptedException {
        try {
            return FutureOutcome.get(result, BuildkitException.class);
        } catch (InterruptedException e) {
            cancel();
            // When the result is complete, no further events are sent and no further files are written.
            result.handle((built, failure) -> null).join();
            throw e;
        }
    }
}
