// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.FakeDaemon;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.SolveRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.SolveResponse;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusResponse;
import io.jenkins.plugins.treenq.buildkit.wire.control.VertexLog;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a build does when its progress is interrupted, or nobody can hear it. */
class SolveTest {
    /** Builds until it is released; the progress of each attempt is the test's. */
    private abstract static class Service extends ControlGrpc.ControlImplBase {
        final CountDownLatch release = new CountDownLatch(1);
        /** A build that is cancelled sooner than this is never told so. */
        final CompletableFuture<Void> begun = new CompletableFuture<>();
        final CompletableFuture<Void> cancelled = new CompletableFuture<>();
        final AtomicInteger attempts = new AtomicInteger();

        @Override
        public void solve(SolveRequest request, StreamObserver<SolveResponse> answer) {
            ServerCallStreamObserver<SolveResponse> call = (ServerCallStreamObserver<SolveResponse>) answer;
            call.setOnCancelHandler(() -> cancelled.complete(null));
            begun.complete(null);
            Thread thread = new Thread(() -> {
                try {
                    if (release.await(30, TimeUnit.SECONDS) && !call.isCancelled()) {
                        answer.onNext(SolveResponse.newBuilder()
                                .putExporterResponse("key", "value")
                                .build());
                        answer.onCompleted();
                    }
                } catch (InterruptedException e) {
                    answer.onError(e);
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> progress) {
            begun.join();
            status(attempts.incrementAndGet(), progress);
        }

        abstract void status(int attempt, StreamObserver<StatusResponse> progress);
    }

    private static StatusResponse output(String text) {
        return StatusResponse.newBuilder()
                .addLogs(VertexLog.newBuilder()
                        .setVertex("v")
                        .setStream(1)
                        .setMsg(ByteString.copyFromUtf8(text)))
                .build();
    }

    private static Map<String, String> run(FakeDaemon daemon, BuildListener listener) throws Exception {
        return Solve.run(
                daemon.channel(),
                daemon.endpoint(),
                daemon.loops().workers(),
                BuildRequest.builder().build(),
                "session",
                listener);
    }

    private static BuildListener collecting(StringBuffer text) {
        return event -> {
            if (event instanceof BuildEvent.Output output) {
                text.append(output.text());
            }
        };
    }

    @Test
    void progressThatBreaksOffIsAskedForAgainAndToldOnce() throws Exception {
        String whole = "first line\nsecond line\nthird line\n";
        Service service = new Service() {
            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                switch (attempt) {
                    case 1 -> progress.onError(Status.NOT_FOUND.asRuntimeException());
                    case 2 -> {
                        progress.onNext(output(whole.substring(0, 14)));
                        progress.onError(Status.UNAVAILABLE.asRuntimeException());
                    }
                    case 3 -> {
                        progress.onNext(output(whole.substring(0, 5)));
                        progress.onNext(output(whole.substring(5, 20)));
                        progress.onError(Status.INTERNAL.withDescription("RST_STREAM").asRuntimeException());
                    }
                    default -> {
                        progress.onNext(output(whole));
                        progress.onCompleted();
                        release.countDown();
                    }
                }
            }
        };
        StringBuffer text = new StringBuffer();
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            assertEquals(Map.of("key", "value"), run(daemon, collecting(text)));
        }
        assertEquals(whole, text.toString());
        assertEquals(4, service.attempts.get());
    }

    @Test
    void progressThatNeverComesDoesNotKeepABuildFromSucceedingNorTheDaemonBusy() throws Exception {
        Service service = new Service() {
            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                progress.onError(Status.UNAVAILABLE.asRuntimeException());
            }
        };
        new Thread(() -> {
                    try {
                        TimeUnit.SECONDS.sleep(2);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    service.release.countDown();
                })
                .start();
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            assertEquals(Map.of("key", "value"), run(daemon, BuildListener.NONE));
        }
        assertTrue(service.attempts.get() > 2 && service.attempts.get() < 10, service.attempts.toString());
    }

    @Test
    void progressThatIsRefusedIsNotAskedForAgain() throws Exception {
        Service service = new Service() {
            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                progress.onError(Status.PERMISSION_DENIED.asRuntimeException());
                release.countDown();
            }
        };
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            assertEquals(Map.of("key", "value"), run(daemon, BuildListener.NONE));
        }
        assertEquals(1, service.attempts.get());
    }

    private static Service talking() {
        return new Service() {
            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                progress.onNext(output("text"));
            }
        };
    }

    @Test
    void aListenerThatThrowsEndsTheBuildWithWhatItThrew() throws Exception {
        for (Throwable thrown : new Throwable[] {new IllegalStateException("disk full"), new AssertionError("no")}) {
            Service service = talking();
            try (FakeDaemon daemon = new FakeDaemon(service)) {
                Throwable caught = assertThrows(thrown.getClass(), () -> run(daemon, event -> {
                    if (thrown instanceof Error error) {
                        throw error;
                    }
                    throw (RuntimeException) thrown;
                }));
                assertSame(thrown, caught);
                service.cancelled.get(10, TimeUnit.SECONDS);
                assertEquals(1, service.attempts.get());
            }
        }
    }

    @Test
    void aListenerThatThrowsAfterTheBuildsEndIsHeardToo() throws Exception {
        CompletableFuture<StreamObserver<StatusResponse>> stream = new CompletableFuture<>();
        Service service = new Service() {
            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                progress.onNext(output("early"));
                stream.complete(progress);
            }
        };
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> run(daemon, event -> {
                        if (((BuildEvent.Output) event).text().equals("late")) {
                            throw new UnsupportedOperationException();
                        }
                        service.release.countDown();
                        CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS)
                                .execute(() -> stream.join().onNext(output("late")));
                    }));
        }
    }

    @Test
    void progressThatDoesNotEndDoesNotKeepABuildFromEnding() throws Exception {
        Service service = new Service() {
            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                ServerCallStreamObserver<StatusResponse> call = (ServerCallStreamObserver<StatusResponse>) progress;
                StatusResponse message = output("again\n");
                call.setOnReadyHandler(() -> {
                    while (call.isReady() && !call.isCancelled()) {
                        call.onNext(message);
                    }
                });
                release.countDown();
            }
        };
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            assertEquals(Map.of("key", "value"), run(daemon, BuildListener.NONE));
        }
    }

    @Test
    void moreStepsThanTheHeapCanBearEndTheBuildInALine() throws Exception {
        Service service = new Service() {
            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                ServerCallStreamObserver<StatusResponse> call = (ServerCallStreamObserver<StatusResponse>) progress;
                AtomicInteger step = new AtomicInteger();
                String name = "x".repeat(10 << 20);
                call.setOnReadyHandler(() -> {
                    while (call.isReady() && !call.isCancelled()) {
                        StatusResponse.Builder message = StatusResponse.newBuilder();
                        message.addVertexesBuilder().setDigest("v" + step.incrementAndGet()).setName(name);
                        call.onNext(message.build());
                    }
                });
            }
        };
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            BuildkitException failure =
                    assertThrows(BuildkitException.DaemonFailed.class, () -> run(daemon, BuildListener.NONE));
            assertTrue(failure.getMessage().contains("more steps"), failure.getMessage());
            service.cancelled.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void anInterruptEndsTheCall() throws Exception {
        Service service = talking();
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            Thread builder = Thread.currentThread();
            assertThrows(InterruptedException.class, () -> run(daemon, event -> builder.interrupt()));
            service.cancelled.get(10, TimeUnit.SECONDS);
        }
    }
}
