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
import io.jenkins.plugins.treenq.buildkit.transport.Failures;
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
 * Follows a build's progress and tells a listener, at the listener's pace.
 *
 * <p>The daemon looks for the build for six seconds and then says NOT_FOUND; under load it may register later than that
 * ({@code control/control.go}, Status). A stream that ends so, or breaks, is therefore opened again as long as the
 * build is under way: the daemon then tells everything from the start, and {@link Events} leaves out what was told
 * already.
 *
 * <p>A listener may take as long as it likes. Two messages wait for it at most; the rest waits in the daemon, because
 * no more is asked for. When the build is over, only a daemon that says nothing ends the wait for the rest, and the
 * listener is told that something is missing. The daemon counts as silent only while the listener has nothing left to
 * take; a stream that breaks without a message is silence too, and one that breaks after it repeated what was told
 * already is opened again a few times only. There is no bound on what is left to be told: of a log of 1 GiB it may be
 * hundreds of thousands of messages. A daemon that never stops holds a build no more than one that never ends it, and
 * both can be cancelled.
 */
final class StatusStream {
    private static final Logger LOGGER = Logger.getLogger(StatusStream.class.getName());

    /** As long as BuildKit's own client waits for the rest of the progress ({@code client/solve.go}). */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** Streams in a row that may break with nothing new, after the build. */
    private static final int MOST_REPETITIONS = 3;

    /** To open the stream again would not help against these. */
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

    /** Completes when the listener was told everything, or will not be told any more. */
    private final CompletableFuture<Void> told = new CompletableFuture<>();

    /** What came of the stream and was not dealt with yet: it waits for a worker, or for the listener. */
    private final AtomicInteger callbacks = new AtomicInteger();

    /** Since when no message came, if there are no callbacks. */
    private volatile long quietSinceNanos = System.nanoTime();

    private int repetitions;
    private Duration pause = FIRST_PAUSE;
    private long openedNanos;
    private volatile boolean buildOver;
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

    /** @param stopBuild is run when the listener throws, or the progress makes no sense */
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
                    dealtWith();
                }
            });
        } catch (RuntimeException | Error e) {
            // Not thrown: this is the thread that moves the bytes of other builds, too.
            dealtWith();
            fail(e);
        }
    }

    private void dealtWith() {
        if (callbacks.decrementAndGet() == 0 && closed) {
            told.complete(null);
        }
    }

    private void openLater() {
        events.replay();
        if (System.nanoTime() - openedNanos > LONGEST_PAUSE.toNanos()) {
            pause = FIRST_PAUSE;
        }
        Duration now = pause;
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        later(
                () -> {
                    if (!closed) {
                        open();
                    }
                },
                now);
    }

    /** What fails then, or cannot even be scheduled, is the end of this. */
    private void later(Runnable action, Duration delay) {
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
     * The build is over.
     *
     * @param successful whether there must have been something to tell
     * @return completes when everything was told, or nothing more comes
     */
    CompletableFuture<Void> finish(boolean successful) {
        progressExpected |= successful;
        quietSinceNanos = System.nanoTime();
        buildOver = true;
        awaitSilence();
        return told;
    }

    private void awaitSilence() {
        if (told.isDone()) {
            return;
        }
        long silentNanos = callbacks.get() == 0 ? System.nanoTime() - quietSinceNanos : 0;
        if (silentNanos < SILENCE.toNanos()) {
            later(this::awaitSilence, SILENCE.minusNanos(silentNanos));
        } else {
            giveUp("the daemon has said nothing for " + SILENCE.toSeconds() + " s");
        }
    }

    /** The stream will bring nothing more, which the listener is told if there should have been more. */
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
            dealtWith();
        }
    }

    /** Stops listening; the build goes on. What the listener is being told, it has a while to take. */
    void close() {
        end();
        if (callbacks.get() == 0) {
            told.complete(null);
        } else {
            boolean scheduled = false;
            try {
                workers.schedule(() -> told.complete(null), SILENCE);
                scheduled = true;
            } finally {
                if (!scheduled) {
                    told.complete(null);
                }
            }
        }
    }

    private void end() {
        buildOver = true;
        closed = true;
        ClientCallStreamObserver<?> current = call;
        if (current != null) {
            current.cancel("not listening any more", null);
        }
    }

    private void fail(Throwable cause) {
        failure = cause;
        end();
        told.complete(null);
        stopBuild.run();
    }

    /** What the listener threw, or what was wrong with the progress itself; null if nothing. */
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
            // One is on its way while another one is told.
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
            // The listener may have taken long.
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
                // gRPC ends a call in which one was thrown.
                fail(error);
            } else if (FINAL.contains(status.getCode())) {
                LOGGER.warning(() -> "the rest of the progress of " + ref + " is lost: " + status);
                progressExpected = true;
                giveUp(Failures.oneLine(status));
            } else if (buildOver && status.getCode() == Status.Code.NOT_FOUND) {
                giveUp("the daemon has forgotten the build");
            } else if (buildOver && repeatsItself()) {
                giveUp("its stream broke off " + MOST_REPETITIONS + " times with nothing new");
            } else {
                // Not the exception, which cannot be serialized: Jenkins fetches the records of its agents.
                LOGGER.fine(
                        () -> "The stream of build " + ref + "'s progress broke off, and is opened again: " + status);
                openLater();
            }
        }

        /**
         * Whether this stream was one too many that only brought what was known. One without any message is silence.
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
            told.complete(null);
        }
    }

    private void deliver(BuildEvent event) {
        // A message may hold thousands.
        if (!closed) {
            listener.onEvent(event);
        }
    }
}
