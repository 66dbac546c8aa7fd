// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.SolveRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.SolveResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One build: the Solve call, which lives as long as the build does, and its progress beside it. */
public final class Solve {
    private final Endpoint endpoint;
    private final ListenableFuture<SolveResponse> call;
    private final StatusStream progress;

    private Solve(
            ManagedChannel channel, Endpoint endpoint, Executor executor, SolveRequest request, BuildListener listener) {
        this.endpoint = endpoint;
        call = ControlGrpc.newFutureStub(channel).solve(request);
        progress = StatusStream.open(channel, executor, request.getRef(), listener, () -> call.cancel(true));
    }

    /**
     * Builds.
     *
     * @param sessionId an open session
     * @param executor where the listener is told
     * @return what the exporters answered
     * @throws InterruptedException after the daemon was told to stop
     * @throws RuntimeException what the listener threw, after the daemon was told to stop
     */
    public static Map<String, String> run(
            ManagedChannel channel,
            Endpoint endpoint,
            Executor executor,
            BuildRequest request,
            String sessionId,
            BuildListener listener)
            throws BuildkitException, InterruptedException {
        return start(channel, endpoint, executor, SolveRequests.build(request, sessionId), listener)
                .await();
    }

    /** Begins a build; {@link #await} or {@link #cancel} ends it. */
    public static Solve start(
            ManagedChannel channel, Endpoint endpoint, Executor executor, SolveRequest request, BuildListener listener) {
        return new Solve(channel, endpoint, executor, request, listener);
    }

    /** Waits for the build's end; see {@link #run}. */
    public Map<String, String> await() throws BuildkitException, InterruptedException {
        SolveResponse response = null;
        BuildkitException failure = null;
        try {
            response = call.get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof StatusRuntimeException status)) {
                throw new IllegalStateException(e.getCause());
            }
            failure = BuildFailures.of(status, endpoint);
        } catch (CancellationException e) {
            // The listener failed, or cancel() was called.
            failure = new BuildkitException.ConnectionLost("the build was cancelled on this side", null);
        } finally {
            end();
        }
        progress.rethrowFailure();
        if (failure != null) {
            throw failure;
        }
        return response.getExporterResponseMap();
    }

    /** The daemon stops a build when nobody waits for it any more. */
    private void end() throws InterruptedException {
        if (call.cancel(true)) {
            progress.close();
        } else {
            progress.drain();
        }
    }

    /** Stops the build, if it has not ended by itself. */
    public void cancel() {
        call.cancel(true);
        progress.close();
    }

    /** Runs the action when the daemon has answered, or the build was cancelled. */
    public void whenOver(Runnable action) {
        call.addListener(action, MoreExecutors.directExecutor());
    }

    public boolean over() {
        return call.isDone();
    }

    /** Waits for the end for a while; says whether it came. */
    public boolean overWithin(Duration time) throws InterruptedException {
        try {
            call.get(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | CancellationException | TimeoutException e) {
            // How it ended is for await() to say.
        }
        return call.isDone();
    }
}
