// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.gateway;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.solve.BuildFailures;
import io.jenkins.plugins.treenq.buildkit.solve.DaemonBuild;
import io.jenkins.plugins.treenq.buildkit.solve.Solve;
import io.jenkins.plugins.treenq.buildkit.solve.SolveRequests;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import io.jenkins.plugins.treenq.buildkit.threads.WorkerPool;
import io.jenkins.plugins.treenq.buildkit.transport.Calls;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.EvaluateRequest;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.EvaluateResponse;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.FileRange;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.LLBBridgeGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.PingRequest;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.ReadDirRequest;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.ReadFileRequest;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.Result;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.ReturnRequest;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.SolveRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A build whose frontend the client runs instead of the daemon.
 *
 * <p>After a Solve call without frontend and definition, the daemon waits for a client that runs the build
 * ({@code solver/llbsolver/solver.go}). The client then calls the gateway service, with the build's ref in a header: it
 * lets the daemon run the frontend, receives the result, and returns the result to the daemon, which exports it and
 * ends the Solve call. In between, the client can pass the result on to other builds. No thread waits for any of the
 * calls.
 */
public final class GatewayBuild implements DaemonBuild {
    /** The header is defined in {@code client/buildid/metadata.go}. */
    private static final Metadata.Key<String> BUILD =
            Metadata.Key.of("buildkit-controlapi-buildid", Metadata.ASCII_STRING_MARSHALLER);

    /**
     * The daemon waits three seconds for the build to be registered ({@code util/registrar}). On a busy daemon, the
     * registration takes longer, so the call is repeated.
     */
    private static final int MAX_PINGS = 20;

    /** Status codes with which a call fails if the build ended during the call. */
    private static final Set<Status.Code> CODES_AFTER_END =
            Set.of(Status.Code.CANCELLED, Status.Code.NOT_FOUND, Status.Code.UNAVAILABLE);

    /** BuildKit's own client waits the same time for the build in this case ({@code client/solve.go}). */
    private static final Duration END_TIMEOUT = Duration.ofSeconds(5);

    private final Solve build;
    private final Endpoint endpoint;
    private final WorkerPool workers;
    private final LLBBridgeGrpc.LLBBridgeFutureStub gateway;
    private final CompletableFuture<Map<String, String>> result = new CompletableFuture<>();

    /** Whether the client has returned a result to the daemon, without which the build cannot succeed. */
    private volatile boolean returned;

    /** The reason why the client has ended the build; null if it has not. */
    private volatile Throwable reason;

    /** What a build waits for between the frontend's answer and its end. */
    @FunctionalInterface
    public interface Continuation {
        /**
         * @param answer what the frontend has answered
         * @param evaluation executes the build steps, which otherwise only an exporter does
         * @return a future after which the result is returned to the daemon. If the future fails, so does the build
         */
        CompletableFuture<Void> after(FrontendResult answer, Supplier<CompletableFuture<Void>> evaluation);
    }

    private GatewayBuild(ManagedChannel channel, Endpoint endpoint, WorkerPool workers, String ref, Solve build) {
        this.build = build;
        this.endpoint = endpoint;
        this.workers = workers;
        Metadata headers = new Metadata();
        headers.put(BUILD, ref);
        gateway = LLBBridgeGrpc.newFutureStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /**
     * Starts a build.
     *
     * @param inputs the request, and the results of other builds that it refers to
     * @param sessionId ID of an open session
     * @param workers pool whose threads call the listener
     */
    public static GatewayBuild start(
            ManagedChannel channel,
            Endpoint endpoint,
            WorkerPool workers,
            FrontendInputs inputs,
            String sessionId,
            BuildListener listener,
            Continuation continuation) {
        io.jenkins.plugins.treenq.buildkit.wire.control.SolveRequest parked =
                SolveRequests.parked(inputs.request(), sessionId);
        SolveRequest frontend = SolveRequest.newBuilder()
                .setFrontend(inputs.request().frontend())
                .putAllFrontendOpt(parked.getFrontendAttrsMap())
                .putAllFrontendInputs(inputs.definitions())
                .setAllowResultReturn(true)
                .setAllowResultArrayRef(true)
                .build();
        Solve solve = Solve.start(channel, endpoint, workers, parked, listener);
        GatewayBuild build =
                new GatewayBuild(channel, endpoint, workers, inputs.request().ref(), solve);
        build.run(frontend, continuation);
        return build;
    }

    private void run(SolveRequest request, Continuation continuation) {
        build.result().whenComplete((response, failure) -> {
            if (reason != null) {
                result.completeExceptionally(reason);
            } else if (failure != null) {
                result.completeExceptionally(FutureOutcome.cause(failure));
            } else if (!returned) {
                result.completeExceptionally(new BuildkitException.DaemonFailedException(
                        "the daemon ended the build before the client had returned its result; check the daemon's log",
                        null));
            } else {
                result.complete(response);
            }
        });
        registered(1)
                .thenCompose(registered -> call(stub -> stub.solve(request)))
                .thenCompose(response -> continued(response.getResult(), continuation))
                .whenComplete((answer, failure) -> {
                    if (failure == null) {
                        end(ReturnRequest.newBuilder().setResult(answer).build(), null);
                    } else {
                        fail(FutureOutcome.cause(failure));
                    }
                });
    }

    private CompletableFuture<Void> registered(int ping) {
        return call(stub -> stub.ping(PingRequest.getDefaultInstance()))
                .<Void>thenApply(pong -> null)
                .exceptionallyCompose(failure -> {
                    boolean unknown = FutureOutcome.cause(failure) instanceof StatusRuntimeException e
                            && e.getStatus().getCode() == Status.Code.NOT_FOUND;
                    return unknown && !build.isDone() && ping < MAX_PINGS
                            ? registered(ping + 1)
                            : CompletableFuture.failedFuture(FutureOutcome.cause(failure));
                });
    }

    private CompletableFuture<Result> continued(Result answer, Continuation continuation) {
        FrontendResult read = new FrontendResult(answer, new ResultFiles());
        CompletableFuture<Void> continued =
                continuation.after(read, () -> evaluated(read)).thenApply(nothing -> null);
        build.whenDone(() -> continued.cancel(false));
        return continued.thenApply(nothing -> answer);
    }

    private CompletableFuture<Void> evaluated(FrontendResult answer) {
        return CompletableFuture.allOf(
                answer.references().stream().map(this::evaluated).toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<EvaluateResponse> evaluated(String reference) {
        return call(stub ->
                stub.evaluate(EvaluateRequest.newBuilder().setRef(reference).build()));
    }

    private final class ResultFiles implements FrontendResult.Files {
        @Override
        public CompletableFuture<byte[]> content(String reference, String path, int mostBytes) {
            ReadFileRequest request = ReadFileRequest.newBuilder()
                    .setRef(reference)
                    .setFilePath(path)
                    .setRange(FileRange.newBuilder().setLength(mostBytes))
                    .build();
            return call(stub -> stub.readFile(request))
                    .thenApply(answer -> answer.getData().toByteArray());
        }

        @Override
        public CompletableFuture<List<String>> names(String reference, String folder) {
            ReadDirRequest request = ReadDirRequest.newBuilder()
                    .setRef(reference)
                    .setDirPath(folder)
                    .build();
            return call(stub -> stub.readDir(request)).thenApply(answer -> answer.getEntriesList().stream()
                    .map(entry -> entry.getPath().toStringUtf8())
                    .toList());
        }
    }

    /** Calls the daemon. The call is cancelled when the build ends. */
    private <T> CompletableFuture<T> call(Function<LLBBridgeGrpc.LLBBridgeFutureStub, ListenableFuture<T>> method) {
        CompletableFuture<T> answer = Calls.later(method.apply(gateway));
        build.whenDone(() -> answer.cancel(false));
        return answer;
    }

    private void fail(Throwable failure) {
        if (build.isDone()) {
            // The error of the build is more specific than the error of the call.
            return;
        }
        if (failure instanceof StatusRuntimeException refused) {
            // As with BuildKit's own client, the daemon gets the error back, and so records why the build failed.
            end(ReturnRequest.newBuilder().setError(error(refused)).build(), refused);
        } else {
            giveUp(failure);
        }
    }

    private static com.google.rpc.Status error(StatusRuntimeException failure) {
        try {
            return StatusProto.fromThrowable(failure);
        } catch (IllegalArgumentException e) {
            // The details contradict the status.
            return com.google.rpc.Status.newBuilder()
                    .setCode(failure.getStatus().getCode().value())
                    .setMessage(String.valueOf(failure.getStatus().getDescription()))
                    .build();
        }
    }

    /** @param failure failure that is returned; null if the build succeeded so far */
    private void end(ReturnRequest request, StatusRuntimeException failure) {
        returned = failure == null;
        call(stub -> stub.return_(request)).whenComplete((returned, problem) -> {
            if (problem == null && failure == null || build.isDone()) {
                return;
            }
            StatusRuntimeException first = failure;
            if (problem != null && FutureOutcome.cause(problem) instanceof StatusRuntimeException refused) {
                first = first == null ? refused : first;
                if (!CODES_AFTER_END.contains(refused.getStatus().getCode())) {
                    giveUp(BuildFailures.of(first, endpoint));
                    return;
                }
            }
            Throwable last = first == null ? FutureOutcome.cause(problem) : BuildFailures.of(first, endpoint);
            workers.schedule(
                    () -> {
                        if (!build.isDone()) {
                            giveUp(last);
                        }
                    },
                    END_TIMEOUT);
        });
    }

    private void giveUp(Throwable failure) {
        reason = failure;
        build.cancel();
    }

    @Override
    public CompletableFuture<Map<String, String>> result() {
        return result;
    }

    @Override
    public void cancel() {
        build.cancel();
    }
}
