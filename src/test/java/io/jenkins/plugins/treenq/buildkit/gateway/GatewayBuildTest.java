// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.FakeDaemon;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusResponse;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.EvaluateRequest;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.EvaluateResponse;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.LLBBridgeGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.PingRequest;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.PongResponse;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.Ref;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.RefMap;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.Result;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.ReturnRequest;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.ReturnResponse;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.SolveRequest;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.SolveResponse;
import io.jenkins.plugins.treenq.buildkit.wire.llb.Definition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Builds whose frontend is called by the client, with a daemon whose responses the test controls. */
class GatewayBuildTest {
    private static final Definition LAYER =
            Definition.newBuilder().addDef(ByteString.copyFromUtf8("layer")).build();
    private static final Result RESULT = Result.newBuilder()
            .setRefs(RefMap.newBuilder()
                    .putRefs(
                            "linux/amd64",
                            Ref.newBuilder().setId("a").setDef(LAYER).build())
                    .putRefs("linux/arm64", Ref.newBuilder().setId("b").build())
                    .putRefs("windows/amd64", Ref.getDefaultInstance()))
            .putMetadata("containerimage.config/linux/amd64", ByteString.copyFromUtf8("{}"))
            .build();

    private final CompletableFuture<StreamObserver<io.jenkins.plugins.treenq.buildkit.wire.control.SolveResponse>>
            waiting = new CompletableFuture<>();
    private final CompletableFuture<Void> cancelled = new CompletableFuture<>();
    private final CompletableFuture<SolveRequest> asked = new CompletableFuture<>();
    private final Set<String> evaluated = new ConcurrentSkipListSet<>();
    private final List<ReturnRequest> returned = new ArrayList<>();
    private StatusException refusal;
    private boolean endsEarly;

    private final class Control extends ControlGrpc.ControlImplBase {
        @Override
        public void solve(
                io.jenkins.plugins.treenq.buildkit.wire.control.SolveRequest request,
                StreamObserver<io.jenkins.plugins.treenq.buildkit.wire.control.SolveResponse> answer) {
            ((ServerCallStreamObserver<?>) answer).setOnCancelHandler(() -> cancelled.complete(null));
            waiting.complete(answer);
        }

        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> progress) {
            progress.onCompleted();
        }
    }

    private final class Gateway extends LLBBridgeGrpc.LLBBridgeImplBase {
        @Override
        public void ping(PingRequest request, StreamObserver<PongResponse> answer) {
            answer.onNext(PongResponse.getDefaultInstance());
            answer.onCompleted();
        }

        @Override
        public void solve(SolveRequest request, StreamObserver<SolveResponse> answer) {
            asked.complete(request);
            if (refusal != null) {
                answer.onError(refusal);
                return;
            }
            if (endsEarly) {
                waiting.thenAccept(build -> {
                    build.onNext(io.jenkins.plugins.treenq.buildkit.wire.control.SolveResponse.getDefaultInstance());
                    build.onCompleted();
                });
                return;
            }
            answer.onNext(SolveResponse.newBuilder().setResult(RESULT).build());
            answer.onCompleted();
        }

        @Override
        public void evaluate(EvaluateRequest request, StreamObserver<EvaluateResponse> answer) {
            evaluated.add(request.getRef());
            answer.onNext(EvaluateResponse.getDefaultInstance());
            answer.onCompleted();
        }

        /** Ends the build with the returned result or error, as a daemon does. */
        @Override
        public void return_(ReturnRequest request, StreamObserver<ReturnResponse> answer) {
            returned.add(request);
            waiting.thenAccept(build -> {
                if (request.hasError()) {
                    build.onError(StatusProto.toStatusException(request.getError()));
                } else {
                    build.onNext(io.jenkins.plugins.treenq.buildkit.wire.control.SolveResponse.newBuilder()
                            .putExporterResponse("containerimage.digest", "sha256:1")
                            .build());
                    build.onCompleted();
                }
            });
            answer.onNext(ReturnResponse.getDefaultInstance());
            answer.onCompleted();
        }
    }

    private FakeDaemon daemon() throws Exception {
        return new FakeDaemon(new Control(), new Gateway());
    }

    private static GatewayBuild start(
            FakeDaemon daemon, FrontendInputs inputs, GatewayBuild.Continuation continuation) {
        return GatewayBuild.start(
                daemon.channel(),
                daemon.endpoint(),
                daemon.loops().workers(),
                inputs,
                "session",
                BuildListener.NONE,
                continuation);
    }

    private static FrontendInputs request(Map<String, String> options) {
        return new FrontendInputs(BuildRequest.builder().options(options).build());
    }

    private static Throwable failure(GatewayBuild build) {
        return assertThrows(ExecutionException.class, () -> build.result().get(2, TimeUnit.MINUTES))
                .getCause();
    }

    @Test
    void theResultIsEvaluatedAndReturned() throws Exception {
        try (FakeDaemon daemon = daemon()) {
            GatewayBuild build =
                    start(daemon, request(Map.of("target", "app")), (answer, evaluation) -> evaluation.get());
            assertEquals(
                    Map.of("containerimage.digest", "sha256:1"), build.result().get(2, TimeUnit.MINUTES));
        }
        assertEquals(Set.of("a", "b"), evaluated);
        assertEquals(RESULT, returned.get(0).getResult());
        assertEquals("dockerfile.v0", asked.get().getFrontend());
        assertEquals("app", asked.get().getFrontendOptOrThrow("target"));
    }

    @Test
    void aResultIsTheContextOfAnotherBuildForEachPlatform() throws Exception {
        FrontendInputs inputs = request(Map.of("context:base", "target:lower", "context:other", "docker-image://x"));
        new FrontendResult(RESULT, null).addTo(inputs, "context:base", "lower");
        try (FakeDaemon daemon = daemon()) {
            start(daemon, inputs, (answer, evaluation) -> CompletableFuture.completedFuture(null))
                    .result()
                    .get(2, TimeUnit.MINUTES);
        }
        assertEquals(
                Map.of(
                        "context:other", "docker-image://x",
                        "context:base::linux/amd64", "input:lower::linux/amd64",
                        "context:base::linux/arm64", "input:lower::linux/arm64",
                        "context:base::windows/amd64", "input:lower::windows/amd64",
                        "input-metadata:lower::linux/amd64", "{\"containerimage.config\":\"e30=\"}"),
                asked.get().getFrontendOptMap());
        assertEquals(LAYER, asked.get().getFrontendInputsOrThrow("lower::linux/amd64"));
        // A file system without an ID is empty.
        assertEquals(Definition.getDefaultInstance(), asked.get().getFrontendInputsOrThrow("lower::windows/amd64"));

        FrontendInputs single = request(Map.of("context:base", "target:lower"));
        new FrontendResult(
                        Result.newBuilder()
                                .setRef(Ref.newBuilder().setId("a").setDef(LAYER))
                                .build(),
                        null)
                .addTo(single, "context:base", "lower");
        assertEquals(Map.of("context:base", "input:lower"), single.request().options());
        assertEquals(Map.of("lower", LAYER), single.definitions());
    }

    @Test
    void theDaemonGetsTheFrontendsErrorWithItsDetails() throws Exception {
        Any detail = Any.newBuilder()
                .setTypeUrl("github.com/moby/buildkit/solver/errdefs.Source+json")
                .build();
        refusal = StatusProto.toStatusException(com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.UNKNOWN.value())
                .setMessage("dockerfile parse error")
                .addDetails(detail)
                .build());
        try (FakeDaemon daemon = daemon()) {
            GatewayBuild build = start(daemon, request(Map.of()), (answer, evaluation) -> evaluation.get());
            assertInstanceOf(BuildkitException.BuildFailedException.class, failure(build));
        }
        assertEquals(List.of(detail), returned.get(0).getError().getDetailsList());
    }

    @Test
    void anErrorWithContradictoryDetailsFailsTheBuild() throws Exception {
        Metadata trailers = new Metadata();
        trailers.put(
                Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
                com.google.rpc.Status.newBuilder().setCode(5).build().toByteArray());
        refusal = Status.UNKNOWN.withDescription("something").asException(trailers);
        try (FakeDaemon daemon = daemon()) {
            GatewayBuild build = start(daemon, request(Map.of()), (answer, evaluation) -> evaluation.get());
            assertEquals("something", failure(build).getMessage());
        }
    }

    @Test
    void aBuildThatTheDaemonEndsEarlyFails() throws Exception {
        endsEarly = true;
        try (FakeDaemon daemon = daemon()) {
            GatewayBuild build = start(daemon, request(Map.of()), (answer, evaluation) -> evaluation.get());
            assertEquals(
                    "the daemon ended the build before the client had returned its result; check the daemon's log",
                    failure(build).getMessage());
        }
        assertEquals(List.of(), returned);
    }

    @Test
    void aWaitingBuildFailsWithTheBuildThatItWaitsFor() throws Exception {
        try (FakeDaemon daemon = daemon()) {
            RuntimeException reason = new IllegalStateException("the other target failed");
            GatewayBuild build =
                    start(daemon, request(Map.of()), (answer, evaluation) -> CompletableFuture.failedFuture(reason));
            assertSame(reason, failure(build));
            cancelled.get(2, TimeUnit.MINUTES);
        }
        assertEquals(List.of(), returned);
    }

    @Test
    void aWaitingBuildCanBeCancelled() throws Exception {
        CompletableFuture<Void> reached = new CompletableFuture<>();
        try (FakeDaemon daemon = daemon()) {
            GatewayBuild build = start(daemon, request(Map.of()), (answer, evaluation) -> {
                reached.complete(null);
                return new CompletableFuture<>();
            });
            reached.get(2, TimeUnit.MINUTES);
            build.cancel();
            assertInstanceOf(BuildkitException.BuildCancelledException.class, failure(build));
            cancelled.get(2, TimeUnit.MINUTES);
        }
    }
}
