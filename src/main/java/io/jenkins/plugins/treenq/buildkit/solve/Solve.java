// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import io.jenkins.plugins.treenq.buildkit.threads.WorkerPool;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.SolveRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.SolveResponse;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** One build: the Solve call, which ends when the build ends, and the Status stream with the build's progress. */
public final class Solve implements DaemonBuild {
    private final Endpoint endpoint;
    private final ListenableFuture<SolveResponse> call;
    private final StatusStream progress;
    private final CompletableFuture<Map<String, String>> result = new CompletableFuture<>();

    private Solve(
            ManagedChannel channel,
            Endpoint endpoint,
            WorkerPool workers,
            SolveRequest request,
            BuildListener listener) {
        this.endpoint = endpoint;
        call = ControlGrpc.newFutureStub(channel).solve(request);
        boolean begun = false;
        try {
            progress = StatusStream.open(channel, workers, request.getRef(), listener, () -> call.cancel(true));
            begun = true;
        } finally {
            if (!begun) {
                call.cancel(true);
            }
        }
    }

    /**
     * Starts a build.
     *
     * @param workers pool whose threads call the listener
     */
    public static Solve start(
            ManagedChannel channel,
            Endpoint endpoint,
            WorkerPool workers,
            SolveRequest request,
            BuildListener listener) {
        Solve solve = new Solve(channel, endpoint, workers, request, listener);
        solve.whenDone(solve::finish);
        return solve;
    }

    private void finish() {
        try {
            if (call.isCancelled()) {
                progress.close();
            }
            Throwable failure = callFailure();
            progress.finish(failure == null, failure != null && BuildFailures.isConnectionLost(failure))
                    .thenRun(this::complete);
        } catch (RuntimeException | Error e) {
            // For example, the machine cannot create another thread. The result must complete in any case, because
            // callers wait for it.
            try {
                progress.close();
            } finally {
                result.completeExceptionally(e);
            }
        }
    }

    /** Returns the reason why the call failed; null if it succeeded. */
    private Throwable callFailure() {
        try {
            Futures.getDone(call);
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (CancellationException e) {
            return e;
        }
    }

    private void complete() {
        Throwable failure = progress.failure();
        if (failure != null) {
            result.completeExceptionally(failure);
            return;
        }
        try {
            result.complete(answer());
        } catch (BuildkitException | RuntimeException | Error e) {
            result.completeExceptionally(e);
        }
    }

    private Map<String, String> answer() throws BuildkitException {
        try {
            return Futures.getDone(call).getExporterResponseMap();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof StatusRuntimeException status)) {
                throw new IllegalStateException(e.getCause());
            }
            if (status.getStatus().getCause() instanceof Error error) {
                // The error occurred in the client while it decoded the response.
                throw error;
            }
            throw BuildFailures.of(status, endpoint);
        } catch (CancellationException e) {
            throw new BuildkitException.BuildCancelledException();
        }
    }

    @Override
    public CompletableFuture<Map<String, String>> result() {
        return result;
    }

    /**
     * Waits for the {@link #result}.
     *
     * @throws InterruptedException if the thread is interrupted; the build is then cancelled
     * @throws RuntimeException an exception that the listener threw; the build is then cancelled
     */
    public Map<String, String> await() throws BuildkitException, InterruptedException {
        try {
            return FutureOutcome.get(result, BuildkitException.class);
        } finally {
            cancel();
        }
    }

    @Override
    public void cancel() {
        call.cancel(true);
        progress.close();
    }

    /** Runs the action when the daemon has responded or the build was canceled. */
    public void whenDone(Runnable action) {
        call.addListener(action, MoreExecutors.directExecutor());
    }

    public boolean isDone() {
        return call.isDone();
    }
}
