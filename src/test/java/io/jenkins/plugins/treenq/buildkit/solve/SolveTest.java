// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.Uninterruptibles;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.FakeDaemon;
import io.jenkins.plugins.treenq.buildkit.threads.FailingThreads;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.SolveRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.SolveResponse;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusResponse;
import io.jenkins.plugins.treenq.buildkit.wire.control.VertexLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Builds whose progress is interrupted or whose listener is blocked. */
class SolveTest {
    /** A Solve call that ends when it is released; the test defines the progress of each attempt. */
    private abstract static class Service extends ControlGrpc.ControlImplBase {
        final CountDownLatch release = new CountDownLatch(1);
        /**
         * Completes when the daemon has received the call. The daemon does not notice a build that is cancelled before.
         */
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
                    if (release.await(2, TimeUnit.MINUTES) && !call.isCancelled()) {
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
                .addLogs(VertexLog.newBuilder().setVertex("v").setStream(1).setMsg(ByteString.copyFromUtf8(text)))
                .build();
    }

    private static Map<String, String> run(FakeDaemon daemon, BuildListener listener) throws Exception {
        return start(daemon, listener).await();
    }

    private static Solve start(FakeDaemon daemon, BuildListener listener) throws Exception {
        SolveRequest request =
                SolveRequests.build(BuildRequest.builder().frontend("test").build(), "session");
        return Solve.start(daemon.channel(), daemon.endpoint(), daemon.loops().workers(), request, listener);
    }

    private static BuildListener collecting(StringBuffer text) {
        return event -> {
            if (event instanceof BuildEvent.Output output) {
                text.append(output.text());
            }
        };
    }

    @Test
    void aBrokenProgressStreamIsReopenedAndEventsAreDeliveredOnce() throws Exception {
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
                        progress.onError(
                                Status.INTERNAL.withDescription("RST_STREAM").asRuntimeException());
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
    void aBuildWithoutProgressSucceeds() throws Exception {
        Service service = new Service() {
            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                progress.onError(Status.UNAVAILABLE.asRuntimeException());
                if (attempt == 3) {
                    release.countDown();
                }
            }
        };
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            assertEquals(Map.of("key", "value"), run(daemon, BuildListener.NONE));
        }
        assertTrue(service.attempts.get() > 2 && service.attempts.get() < 10, service.attempts.toString());
    }

    @Test
    void aRefusedProgressStreamIsNotReopened() throws Exception {
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
    void anExceptionOfTheListenerEndsTheBuild() throws Exception {
        for (Throwable thrown : new Throwable[] {new IllegalStateException("disk full"), new AssertionError("no")}) {
            Service service = talking();
            try (FakeDaemon daemon = new FakeDaemon(service)) {
                Throwable caught = assertThrows(
                        thrown.getClass(),
                        () -> run(daemon, event -> {
                            if (thrown instanceof Error error) {
                                throw error;
                            }
                            throw (RuntimeException) thrown;
                        }));
                assertSame(thrown, caught);
                service.cancelled.get(2, TimeUnit.MINUTES);
                assertEquals(1, service.attempts.get());
            }
        }
    }

    @Test
    void anExceptionOfTheListenerAfterTheEndIsReported() throws Exception {
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
    void aBuildWithEndlessProgressCanBeInterrupted() throws Exception {
        Service service = new Service() {
            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                sendWhileReady(progress, output("again\n"), Integer.MAX_VALUE);
                release.countDown();
            }
        };
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            Thread builder = Thread.currentThread();
            AtomicInteger heard = new AtomicInteger();
            assertThrows(
                    InterruptedException.class,
                    () -> run(daemon, event -> {
                        if (heard.incrementAndGet() == 10_000) {
                            builder.interrupt();
                        }
                    }));
        }
    }

    private static void sendWhileReady(StreamObserver<StatusResponse> progress, StatusResponse message, int times) {
        ServerCallStreamObserver<StatusResponse> call = (ServerCallStreamObserver<StatusResponse>) progress;
        AtomicInteger left = new AtomicInteger(times);
        call.setOnReadyHandler(() -> {
            while (call.isReady() && !call.isCancelled() && left.get() > 0) {
                call.onNext(message);
                if (left.decrementAndGet() == 0) {
                    call.onCompleted();
                }
            }
        });
    }

    /** Longer than the silence after which the client stops waiting for the daemon. */
    private static final long LONGER_THAN_SILENCE_MILLIS = 7_000;

    @Test
    void aSlowListenerReceivesAllEvents() throws Exception {
        Service service = new Service() {
            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                sendWhileReady(progress, output("line\n"), 30_000);
            }
        };
        AtomicInteger lines = new AtomicInteger();
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            run(daemon, event -> {
                if (lines.getAndIncrement() == 100) {
                    service.release.countDown();
                    pause(LONGER_THAN_SILENCE_MILLIS);
                }
            });
        }
        assertEquals(30_000, lines.get());
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A step may have no output for a long time, and its last output may arrive after the end of the build. */
    @Test
    void silenceIsMeasuredAfterTheEndOfTheBuild() throws Exception {
        Service service = new Service() {
            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                progress.onNext(output("early"));
                CompletableFuture.delayedExecutor(LONGER_THAN_SILENCE_MILLIS, TimeUnit.MILLISECONDS)
                        .execute(release::countDown);
                CompletableFuture.delayedExecutor(LONGER_THAN_SILENCE_MILLIS + 500, TimeUnit.MILLISECONDS)
                        .execute(() -> {
                            progress.onNext(output(" late"));
                            progress.onCompleted();
                        });
            }
        };
        StringBuffer text = new StringBuffer();
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            run(daemon, collecting(text));
        }
        assertEquals("early late", text.toString());
    }

    @Test
    void missingProgressOfASilentDaemonIsReported() throws Exception {
        Service service = new Service() {
            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                progress.onNext(output("early"));
                release.countDown();
            }
        };
        List<String> heard = new CopyOnWriteArrayList<>();
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            run(daemon, event -> {
                if (event instanceof BuildEvent.Warning warning) {
                    heard.add(warning.summary());
                }
            });
        }
        assertEquals(List.of("the rest of this build's log is missing: the daemon has sent nothing for 5 s"), heard);
    }

    private static List<String> missing(Service service) throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            run(daemon, event -> {
                if (event instanceof BuildEvent.Warning warning) {
                    heard.add(warning.summary());
                }
            });
        }
        return heard;
    }

    @Test
    void aStreamThatBreaksWithoutMessagesCountsAsSilence() throws Exception {
        Service service = new Service() {
            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                if (attempt == 1) {
                    progress.onNext(output("early"));
                    release.countDown();
                }
                progress.onError(Status.UNAVAILABLE.asRuntimeException());
            }
        };
        assertEquals(
                List.of("the rest of this build's log is missing: the daemon has sent nothing for 5 s"),
                missing(service));
        // The next stream would be opened after the time limit.
        assertTrue(service.attempts.get() <= 8, service.attempts.toString());
    }

    @Test
    void theNumberOfReopenedStreamsWithoutNewMessagesIsLimited() throws Exception {
        Service service = new Service() {
            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                release.countDown();
                progress.onNext(output("text"));
                // If the connection to a daemon breaks, messages that were sent before still arrive.
                CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS)
                        .execute(() -> progress.onError(Status.UNAVAILABLE.asRuntimeException()));
            }
        };
        assertEquals(
                List.of(
                        "the rest of this build's log is missing: the progress stream broke 3 times without new messages"),
                missing(service));
        assertEquals(4, service.attempts.get());
    }

    @Test
    void theProgressOfABuildWhoseConnectionIsLostIsNotAwaited() throws Exception {
        CompletableFuture<Void> lost = new CompletableFuture<>();
        Service service = new Service() {
            @Override
            public void solve(SolveRequest request, StreamObserver<SolveResponse> answer) {
                begun.thenRun(() -> answer.onError(Status.UNAVAILABLE.asRuntimeException()));
            }

            @Override
            public void status(StatusRequest request, StreamObserver<StatusResponse> progress) {
                status(attempts.incrementAndGet(), progress);
            }

            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                progress.onNext(output("early"));
                lost.thenRun(() -> progress.onError(Status.UNAVAILABLE.asRuntimeException()));
            }
        };
        List<BuildEvent> events = new CopyOnWriteArrayList<>();
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            Solve build = start(daemon, event -> {
                events.add(event);
                service.begun.complete(null);
            });
            build.whenDone(() -> lost.complete(null));
            assertThrows(BuildkitException.ConnectionLostException.class, build::await);
        }
        assertEquals(1, service.attempts.get(), "the stream was opened again");
        assertTrue(events.stream().noneMatch(BuildEvent.Warning.class::isInstance), events.toString());
    }

    @Test
    void aBuildFailsIfNoThreadCanBeCreated() throws Exception {
        Service service = talking();
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            SolveRequest request =
                    SolveRequests.build(BuildRequest.builder().frontend("test").build(), "session");
            Solve build = Solve.start(
                    daemon.channel(), daemon.endpoint(), FailingThreads.poolOfNone(), request, BuildListener.NONE);
            ExecutionException failure =
                    assertThrows(ExecutionException.class, () -> build.result().get(2, TimeUnit.MINUTES));
            assertInstanceOf(OutOfMemoryError.class, failure.getCause());
        }
    }

    @Test
    void aBuildWithABlockedListenerCanBeInterrupted() throws Exception {
        CountDownLatch unblock = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(50);
        Service service = talking();
        Service other = new Service() {
            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                progress.onNext(output("text"));
                progress.onCompleted();
                release.countDown();
            }
        };
        try (FakeDaemon daemon = new FakeDaemon(service);
                FakeDaemon second = new FakeDaemon(other)) {
            List<Solve> builds = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                builds.add(start(daemon, event -> {
                    blocked.countDown();
                    // The listener ignores interrupts.
                    Uninterruptibles.awaitUninterruptibly(unblock);
                }));
            }
            assertTrue(blocked.await(2, TimeUnit.MINUTES));
            StringBuffer text = new StringBuffer();
            assertEquals(Map.of("key", "value"), run(second, collecting(text)));
            assertEquals("text", text.toString());
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, () -> builds.get(0).await());
            builds.forEach(Solve::cancel);
            for (Solve build : builds) {
                assertThrows(ExecutionException.class, () -> build.result().get(2, TimeUnit.MINUTES));
            }
        } finally {
            unblock.countDown();
        }
    }

    @Test
    void tooManyStepsFailTheBuildInOneLine() throws Exception {
        Service service = new Service() {
            @Override
            void status(int attempt, StreamObserver<StatusResponse> progress) {
                ServerCallStreamObserver<StatusResponse> call = (ServerCallStreamObserver<StatusResponse>) progress;
                AtomicInteger step = new AtomicInteger();
                String name = "x".repeat(10 << 20);
                call.setOnReadyHandler(() -> {
                    while (call.isReady() && !call.isCancelled()) {
                        StatusResponse.Builder message = StatusResponse.newBuilder();
                        message.addVertexesBuilder()
                                .setDigest("v" + step.incrementAndGet())
                                .setName(name);
                        call.onNext(message.build());
                    }
                });
            }
        };
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            BuildkitException failure =
                    assertThrows(BuildkitException.DaemonFailedException.class, () -> run(daemon, BuildListener.NONE));
            assertTrue(failure.getMessage().contains("more steps"), failure.getMessage());
            service.cancelled.get(2, TimeUnit.MINUTES);
        }
    }

    @Test
    void anInterruptCancelsTheSolveCall() throws Exception {
        Service service = talking();
        try (FakeDaemon daemon = new FakeDaemon(service)) {
            Thread builder = Thread.currentThread();
            assertThrows(InterruptedException.class, () -> run(daemon, event -> builder.interrupt()));
            service.cancelled.get(2, TimeUnit.MINUTES);
        }
    }
}
