// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Follows a build's progress and tells a listener, at the listener's pace.
 *
 * <p>The daemon looks for the build for six seconds and then says NOT_FOUND; under load it may register later than that
 * ({@code control/control.go}, Status). A stream that ends so, or breaks, is therefore opened again as long as the build
 * is under way: the daemon then tells everything from the start, and {@link Events} leaves out what was told already.
 */
final class StatusStream {
    private static final Logger LOGGER = Logger.getLogger(StatusStream.class.getName());

    /** As long as BuildKit's own client waits for the rest of the progress ({@code client/solve.go}). */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    /** A build that ended before it was registered has no progress; the daemon would look for it six seconds long. */
    private static final Duration NOTHING_HEARD = Duration.ofSeconds(1);

    /** When the build is over; more than any daemon keeps. */
    private static final int MOST_MESSAGES_LEFT = 10_000;

    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    /** To open the stream again would not help against these. */
    private static final Set<Status.Code> FINAL = Set.of(
            Status.Code.UNIMPLEMENTED,
            Status.Code.UNAUTHENTICATED,
            Status.Code.PERMISSION_DENIED,
            Status.Code.INVALID_ARGUMENT,
            Status.Code.RESOURCE_EXHAUSTED);

    private final ManagedChannel channel;
    private final Executor executor;
    private final String ref;
    private final BuildListener listener;
    private final Runnable stopBuild;
    private final Events events = new Events();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private long pauseMillis = FIRST_PAUSE_MILLIS;
    private long openedNanos;
    private int messagesLeft = MOST_MESSAGES_LEFT;
    private volatile boolean buildOver;
    private volatile boolean closed;
    private volatile long lastMessageNanos = System.nanoTime();
    private volatile boolean heard;
    private volatile Throwable failure;
    private volatile ClientCallStreamObserver<?> call;

    private StatusStream(
            ManagedChannel channel, Executor executor, String ref, BuildListener listener, Runnable stopBuild) {
        this.channel = channel;
        this.executor = executor;
        this.ref = ref;
        this.listener = listener;
        this.stopBuild = stopBuild;
    }

    /** @param stopBuild is run when the listener throws, or the progress makes no sense */
    static StatusStream open(
            ManagedChannel channel, Executor executor, String ref, BuildListener listener, Runnable stopBuild) {
        StatusStream stream = new StatusStream(channel, executor, ref, listener, stopBuild);
        stream.open();
        return stream;
    }

    private void open() {
        openedNanos = System.nanoTime();
        ControlGrpc.newStub(channel)
                .withExecutor(executor)
                .status(StatusRequest.newBuilder().setRef(ref).build(), new Observer());
        if (closed) {
            cancelCall();
        }
    }

    private void openLater() {
        events.replay();
        if (System.nanoTime() - openedNanos > TimeUnit.MILLISECONDS.toNanos(LONGEST_PAUSE_MILLIS)) {
            pauseMillis = FIRST_PAUSE_MILLIS;
        }
        long pause = pauseMillis;
        pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pause);
        CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS, executor)
                .execute(() -> {
                    if (!closed) {
                        open();
                    }
                });
    }

    /** Waits until everything was told, or nothing more comes; the build itself is over. */
    void drain() throws InterruptedException {
        buildOver = true;
        while (true) {
            long silentNanos = System.nanoTime() - lastMessageNanos;
            long leftNanos = (heard ? SILENCE : NOTHING_HEARD).toNanos() - silentNanos;
            if (leftNanos <= 0) {
                close();
                return;
            }
            try {
                ended.get(leftNanos, TimeUnit.NANOSECONDS);
                return;
            } catch (TimeoutException e) {
                // A message may have come meanwhile: the silence is measured again.
            } catch (ExecutionException e) {
                LOGGER.log(Level.FINE, e, () -> "progress of " + ref + " ended early");
                return;
            }
        }
    }

    /** Stops listening; the build goes on. */
    void close() {
        buildOver = true;
        closed = true;
        cancelCall();
    }

    private void cancelCall() {
        ClientCallStreamObserver<?> current = call;
        if (current != null) {
            current.cancel("not listening any more", null);
        }
    }

    private void fail(Throwable cause) {
        failure = cause;
        close();
        ended.complete(null);
        stopBuild.run();
    }

    /** Passes on what the listener threw, with its own words, or what was wrong with the progress itself; if anything. */
    void rethrowFailure() throws BuildkitException {
        if (failure instanceof BuildkitException known) {
            throw known;
        }
        if (failure instanceof RuntimeException unknown) {
            throw unknown;
        }
        if (failure instanceof Error error) {
            throw error;
        }
    }

    private final class Observer implements ClientResponseObserver<StatusRequest, StatusResponse> {
        private ClientCallStreamObserver<StatusRequest> stream;

        @Override
        public void beforeStart(ClientCallStreamObserver<StatusRequest> stream) {
            this.stream = stream;
            call = stream;
            // One is on its way while another one is told.
            stream.disableAutoRequestWithInitial(2);
        }

        @Override
        public void onNext(StatusResponse message) {
            if (closed) {
                return;
            }
            if (buildOver && --messagesLeft < 0) {
                LOGGER.warning(() -> "the progress of " + ref + " does not end with the build");
                close();
                ended.complete(null);
                return;
            }
            heard = true;
            lastMessageNanos = System.nanoTime();
            try {
                events.read(message, listener::onEvent);
            } catch (RuntimeException | BuildkitException.DaemonFailed e) {
                fail(e);
                return;
            }
            lastMessageNanos = System.nanoTime();
            if (!closed) {
                stream.request(1);
            }
        }

        @Override
        public void onError(Throwable end) {
            Status status = Status.fromThrowable(end);
            if (status.getCause() instanceof Error error) {
                // gRPC ends a call in which the listener threw one.
                fail(error);
            } else if (closed
                    || FINAL.contains(status.getCode())
                    || buildOver && status.getCode() == Status.Code.NOT_FOUND) {
                LOGGER.log(
                        buildOver ? Level.FINE : Level.WARNING,
                        () -> "the rest of the progress of " + ref + " is lost: " + status);
                ended.completeExceptionally(end);
            } else {
                LOGGER.log(Level.FINE, end, () -> "progress of " + ref + " broke off, asking again");
                openLater();
            }
        }

        @Override
        public void onCompleted() {
            ended.complete(null);
        }
    }
}
