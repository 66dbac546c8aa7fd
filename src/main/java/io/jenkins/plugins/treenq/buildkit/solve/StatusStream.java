// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.threads.WorkerPool;
import io.jenkins.plugins.treenq.buildkit.transport.ConnectionFailures;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Follows the progress of a build and delivers events to a listener at the listener's pace.
 *
 * <p>The daemon waits six seconds for the build and then ends the stream with NOT_FOUND, although a busy daemon may
 * register the build later ({@code control/control.go}, Status). While the build is running, a stream that ended this
 * way or broke is therefore opened again. The daemon then repeats all messages from the start, and {@link Events} omits
 * what was already delivered.
 *
 * <p>A listener may block. At most two messages wait for the listener; all others wait in the daemon, because the
 * client does not request them. After the end of the build, there is no limit on the number of remaining messages: a
 * log of 1 GiB can have hundreds of thousands. The client stops waiting for the rest only if the daemon is silent, and
 * then sends the listener a warning that events are missing. The daemon counts as silent only while the listener has
 * nothing to process. A stream that breaks without a message counts as silence, too. A stream that breaks after it only
 * repeated known messages is opened again a few times. A daemon that sends messages forever can hold up a build like a
 * daemon that never ends the build; both builds can be cancelled.
 */
final class StatusStream {
    private static final Logger LOGGER = Logger.getLogger(StatusStream.class.getName());

    /** BuildKit's own client waits the same time for the rest of the progress ({@code client/solve.go}). */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** Number of consecutive streams without new messages, after the end of the build, that may break. */
    private static final int MOST_REPETITIONS = 3;

    /** Status codes after which opening the stream again would not succeed. */
    private static final Set<Status.Code> FINAL = Set.of(
            Status.Code.UNIMPLEMENTED,
            Status.Code.UNAUTHENTICATED,
            Status.Code.PERMISSION_DENIED,
            Status.Code.INVALID_ARGUMENT,
            Status.Code.RESOURCE_EXHAUSTED);

    private final ManagedChannel channel;
    private final WorkerPool workers;
    private final String ref;
    private final BuildListener listener;
    private final Runnable stopBuild;
    private final Events events = new Events();

    /** Completes when the listener has received all events, or will receive no more. */
    private final CompletableFuture<Void> delivered = new CompletableFuture<>();

    /** Number of the stream's callbacks that are not complete, because they wait for a worker or the listener. */
    private final AtomicInteger callbacks = new AtomicInteger();

    /** Time since which no message has arrived; valid only if there are no callbacks. */
    private volatile long quietSinceNanos = System.nanoTime();

    private int repetitions;
    private Duration pause = FIRST_PAUSE;
    private long openedNanos;
    private volatile boolean buildOver;

    /** Whether the build ended with its connection, so that a broken stream is not opened again. */
    private volatile boolean connectionLost;

    private volatile boolean progressExpected;
    private volatile boolean closed;
    private volatile Throwable failure;
    private volatile ClientCallStreamObserver<?> call;

    private StatusStream(
            ManagedChannel channel, WorkerPool workers, String ref, BuildListener listener, Runnable stopBuild) {
        this.channel = channel;
        this.workers = workers;
        this.ref = ref;
        this.listener = listener;
        this.stopBuild = stopBuild;
    }

    /**
     * @param stopBuild action that cancels the build, for when the listener throws an exception or the progress is
     *     invalid
     */
    static StatusStream open(
            ManagedChannel channel, WorkerPool workers, String ref, BuildListener listener, Runnable stopBuild) {
        StatusStream stream = new StatusStream(channel, workers, ref, listener, stopBuild);
        stream.open();
        return stream;
    }

    private void open() {
        openedNanos = System.nanoTime();
        ControlGrpc.newStub(channel)
                .withExecutor(this::callBack)
                .status(StatusRequest.newBuilder().setRef(ref).build(), new Observer());
        if (closed) {
            end();
        }
    }

    private void callBack(Runnable callback) {
        callbacks.incrementAndGet();
        try {
            workers.execute(() -> {
                try {
                    callback.run();
                } finally {
                    callbackDone();
                }
            });
        } catch (RuntimeException | Error e) {
            // The exception must not be thrown on this thread, which transports the bytes of other builds, too.
            callbackDone();
            fail(e);
        }
    }

    private void callbackDone() {
        if (callbacks.decrementAndGet() == 0 && closed) {
            delivered.complete(null);
        }
    }

    private void reopenLater() {
        events.replay();
        if (System.nanoTime() - openedNanos > LONGEST_PAUSE.toNanos()) {
            pause = FIRST_PAUSE;
        }
        Duration now = pause;
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        schedule(
                () -> {
                    if (connectionLost) {
                        endWithConnection();
                    } else if (!closed) {
                        open();
                    }
                },
                now);
    }

    /** Runs an action later. If the action fails or cannot be scheduled, the stream fails. */
    private void schedule(Runnable action, Duration delay) {
        try {
            workers.schedule(
                    () -> {
                        try {
                            action.run();
                        } catch (RuntimeException | Error e) {
                            fail(e);
                        }
                    },
                    delay);
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    /**
     * Informs the stream that the build has ended.
     *
     * @param successful whether the build succeeded, so that there must have been progress
     * @param connectionLost whether the build ended because the connection to the daemon was lost. The stream then ends
     *     with its own connection, because the daemon cancels the build and the failure explains the missing rest
     * @return a future that completes when all events were delivered, or no more will arrive
     */
    CompletableFuture<Void> finish(boolean successful, boolean connectionLost) {
        progressExpected |= successful;
        this.connectionLost = connectionLost;
        quietSinceNanos = System.nanoTime();
        buildOver = true;
        awaitSilence();
        return delivered;
    }

    private void awaitSilence() {
        if (delivered.isDone()) {
            return;
        }
        long silentNanos = callbacks.get() == 0 ? System.nanoTime() - quietSinceNanos : 0;
        if (silentNanos < SILENCE.toNanos()) {
            schedule(this::awaitSilence, SILENCE.minusNanos(silentNanos));
        } else {
            giveUp("the daemon has sent nothing for " + SILENCE.toSeconds() + " s");
        }
    }

    /** Ends the stream whose connection was lost, after the listener has returned. */
    private void endWithConnection() {
        callbacks.incrementAndGet();
        end();
        callbackDone();
    }

    /** Ends the stream. If progress is missing, the listener receives a warning. */
    private void giveUp(String reason) {
        LOGGER.log(Level.FINE, () -> "the rest of the progress of " + ref + " is missing: " + reason);
        callbacks.incrementAndGet();
        try {
            end();
            if (progressExpected) {
                synchronized (events) {
                    BuildEvent.notice(
                                    "missing-progress",
                                    "[internal] following the build",
                                    "the rest of this build's log is missing: " + reason)
                            .forEach(listener::onEvent);
                }
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            callbackDone();
        }
    }

    /**
     * Stops following the progress while the build continues. A listener that is processing an event has limited time
     * to return.
     */
    void close() {
        end();
        if (callbacks.get() == 0) {
            delivered.complete(null);
        } else {
            boolean scheduled = false;
            try {
                workers.schedule(() -> delivered.complete(null), SILENCE);
                scheduled = true;
            } finally {
                if (!scheduled) {
                    delivered.complete(null);
                }
            }
        }
    }

    private void end() {
        buildOver = true;
        closed = true;
        ClientCallStreamObserver<?> current = call;
        if (current != null) {
            current.cancel("the progress is no longer needed", null);
        }
    }

    private void fail(Throwable cause) {
        failure = cause;
        end();
        delivered.complete(null);
        stopBuild.run();
    }

    /** Returns the exception of the listener, or the error in the progress; null if there is none. */
    Throwable failure() {
        return failure;
    }

    private final class Observer implements ClientResponseObserver<StatusRequest, StatusResponse> {
        private ClientCallStreamObserver<StatusRequest> stream;
        private boolean heard;
        private boolean heardNew;

        @Override
        public void beforeStart(ClientCallStreamObserver<StatusRequest> stream) {
            this.stream = stream;
            call = stream;
            // One message is transferred while another one is delivered.
            stream.disableAutoRequestWithInitial(2);
        }

        @Override
        public void onNext(StatusResponse message) {
            if (closed) {
                return;
            }
            progressExpected = true;
            heard = true;
            try {
                synchronized (events) {
                    heardNew |= events.read(message, StatusStream.this::deliver);
                }
            } catch (RuntimeException | Error | BuildkitException.DaemonFailedException e) {
                fail(e);
                return;
            }
            // The silence starts now, because the listener may have taken a long time.
            quietSinceNanos = System.nanoTime();
            if (!closed) {
                stream.request(1);
            }
        }

        @Override
        public void onError(Throwable end) {
            Status status = Status.fromThrowable(end);
            if (closed) {
                return;
            }
            if (status.getCause() instanceof Error error) {
                // gRPC ends a call in which an error was thrown.
                fail(error);
            } else if (FINAL.contains(status.getCode())) {
                LOGGER.warning(() -> "the rest of the progress of " + ref + " is lost: " + status);
                progressExpected = true;
                giveUp(ConnectionFailures.oneLine(status));
            } else if (connectionLost) {
                endWithConnection();
            } else if (buildOver && status.getCode() == Status.Code.NOT_FOUND) {
                giveUp("the daemon no longer knows the build");
            } else if (buildOver && repeatsItself()) {
                giveUp("the progress stream broke " + MOST_REPETITIONS + " times without new messages");
            } else {
                // The record does not contain the exception, which cannot be serialized: Jenkins fetches the log
                // records of its agents.
                LOGGER.fine(() -> "The progress stream of build " + ref + " broke and is opened again: " + status);
                reopenLater();
            }
        }

        /**
         * Returns whether too many consecutive streams have only repeated known messages. A stream without any message
         * does not count, because it is treated as silence.
         */
        private boolean repeatsItself() {
            if (heardNew) {
                repetitions = 0;
            } else if (heard) {
                repetitions++;
            }
            return repetitions >= MOST_REPETITIONS;
        }

        @Override
        public void onCompleted() {
            delivered.complete(null);
        }
    }

    private void deliver(BuildEvent event) {
        // A message may contain thousands of events, and the stream may be closed between them.
        if (!closed) {
            listener.onEvent(event);
        }
    }
}
