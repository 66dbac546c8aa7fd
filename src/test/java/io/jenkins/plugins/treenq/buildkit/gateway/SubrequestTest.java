// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.FakeDaemon;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusResponse;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.LLBBridgeGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.PingRequest;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.PongResponse;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.Result;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.ReturnRequest;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.ReturnResponse;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.SolveRequest;
import io.jenkins.plugins.treenq.buildkit.wire.gateway.SolveResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The Solve call and the gateway call of a subrequest, in all orders in which the daemon can receive them. */
class SubrequestTest {
    private static final Result RESULT = Result.newBuilder()
            .putMetadata("result.json", ByteString.copyFromUtf8("{}"))
            .build();

    /** The Solve call, which waits. */
    private static final class Control extends ControlGrpc.ControlImplBase {
        final CompletableFuture<StreamObserver<io.jenkins.plugins.treenq.buildkit.wire.control.SolveResponse>> build =
                new CompletableFuture<>();
        final CompletableFuture<Void> cancelled = new CompletableFuture<>();
        Status failure;

        @Override
        public void solve(
                io.jenkins.plugins.treenq.buildkit.wire.control.SolveRequest request,
                StreamObserver<io.jenkins.plugins.treenq.buildkit.wire.control.SolveResponse> answer) {
            assertEquals("", request.getFrontend());
            assertEquals("frontend.lint", request.getFrontendAttrsOrThrow("requestid"));
            ((ServerCallStreamObserver<?>) answer).setOnCancelHandler(() -> cancelled.complete(null));
            if (failure != null) {
                answer.onError(failure.asRuntimeException());
            } else {
                build.complete(answer);
            }
        }

        void end() {
            build.thenAccept(answer -> {
                answer.onNext(io.jenkins.plugins.treenq.buildkit.wire.control.SolveResponse.getDefaultInstance());
                answer.onCompleted();
            });
        }

        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> progress) {
            progress.onCompleted();
        }
    }

    private static class Gateway extends LLBBridgeGrpc.LLBBridgeImplBase {
        final Control control;
        final AtomicInteger pings = new AtomicInteger();
        int failingPings;

        Gateway(Control control) {
            this.control = control;
        }

        @Override
        public void ping(PingRequest request, StreamObserver<PongResponse> answer) {
            if (pings.incrementAndGet() <= failingPings) {
                answer.onError(Status.NOT_FOUND.withDescription("no such job").asRuntimeException());
            } else {
                answer.onNext(PongResponse.getDefaultInstance());
                answer.onCompleted();
            }
        }

        @Override
        public void solve(SolveRequest request, StreamObserver<SolveResponse> answer) {
            assertEquals("dockerfile.v0", request.getFrontend());
            assertEquals("moby.buildkit.frontend.subrequests", request.getFrontendOptOrThrow("frontend.caps"));
            answer.onNext(SolveResponse.newBuilder().setResult(RESULT).build());
            answer.onCompleted();
        }

        @Override
        public void return_(ReturnRequest request, StreamObserver<ReturnResponse> answer) {
            assertEquals(RESULT, request.getResult());
            answer.onNext(ReturnResponse.getDefaultInstance());
            answer.onCompleted();
            control.end();
        }
    }

    private static Map<String, String> ask(FakeDaemon daemon) throws Exception {
        return Subrequest.run(
                daemon.channel(),
                daemon.endpoint(),
                daemon.loops().workers(),
                new FrontendInputs(BuildRequest.builder()
                        .option("requestid", "frontend.lint")
                        .build()),
                "session",
                BuildListener.NONE);
    }

    @Test
    void thePingIsRepeatedUntilTheBuildIsRegistered() throws Exception {
        Control control = new Control();
        Gateway gateway = new Gateway(control);
        gateway.failingPings = 3;
        try (FakeDaemon daemon = new FakeDaemon(control, gateway)) {
            assertEquals(Map.of("result.json", "{}"), ask(daemon));
        }
        assertEquals(4, gateway.pings.get());
    }

    @Test
    void theNumberOfPingsIsLimited() throws Exception {
        Control control = new Control();
        Gateway gateway = new Gateway(control);
        gateway.failingPings = Integer.MAX_VALUE;
        try (FakeDaemon daemon = new FakeDaemon(control, gateway)) {
            assertThrows(BuildkitException.class, () -> ask(daemon));
            control.cancelled.get(2, TimeUnit.MINUTES);
        }
        assertTrue(gateway.pings.get() < 100);
    }

    @Test
    void theErrorOfTheBuildIsReportedInsteadOfTheCalls() throws Exception {
        Control control = new Control();
        control.failure = Status.UNKNOWN.withDescription("unknown entitlement foo");
        Gateway gateway = new Gateway(control);
        gateway.failingPings = Integer.MAX_VALUE;
        try (FakeDaemon daemon = new FakeDaemon(control, gateway)) {
            BuildkitException failure = assertThrows(BuildkitException.class, () -> ask(daemon));
            assertEquals("unknown entitlement foo", failure.getMessage());
        }
    }

    @Test
    void aFrontendThatFailsEndsTheWaitingBuild() throws Exception {
        Control control = new Control();
        Gateway gateway = new Gateway(control) {
            @Override
            public void solve(SolveRequest request, StreamObserver<SolveResponse> answer) {
                answer.onError(
                        Status.UNKNOWN.withDescription("dockerfile parse error").asRuntimeException());
            }
        };
        try (FakeDaemon daemon = new FakeDaemon(control, gateway)) {
            BuildkitException failure = assertThrows(BuildkitException.BuildFailedException.class, () -> ask(daemon));
            assertEquals("dockerfile parse error", failure.getMessage());
            control.cancelled.get(2, TimeUnit.MINUTES);
        }
    }

    @Test
    void aBuildMayEndBeforeTheResultIsAcknowledged() throws Exception {
        Control control = new Control();
        Gateway gateway = new Gateway(control) {
            @Override
            public void return_(ReturnRequest request, StreamObserver<ReturnResponse> answer) {
                control.end();
            }
        };
        try (FakeDaemon daemon = new FakeDaemon(control, gateway)) {
            assertEquals(Map.of("result.json", "{}"), ask(daemon));
        }
    }

    @Test
    void aLostConnectionIsReported() throws Exception {
        Control control = new Control();
        Gateway gateway = new Gateway(control) {
            @Override
            public void solve(SolveRequest request, StreamObserver<SolveResponse> answer) {
                control.build.thenAccept(build -> build.onError(Status.UNAVAILABLE.asRuntimeException()));
            }
        };
        try (FakeDaemon daemon = new FakeDaemon(control, gateway)) {
            assertThrows(BuildkitException.ConnectionLostException.class, () -> ask(daemon));
        }
    }
}
