// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.StatusResponse;
import java.time.Duration;
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
 * <p>The daemon looks for the build for six seconds and then says NOT_FOUND; under load it may register later than that.
 * A broken stream is therefore opened again as long as the build is under way ({@code control/control.go}, Status).
 */
final class StatusStream {
    private static final Logger LOGGER = Logger.getLogger(StatusStream.class.getName());

    /** As long as BuildKit's own client waits for the rest of the progress ({@code client/solve.go}). */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    /** A build that ended before it was registered has no progress; the daemon would look for it six seconds long. */
    private static final Duration NOTHING_HEARD = Duration.ofSeconds(1);

    private final ManagedChannel channel;
    private final Executor executor;
    private final String ref;
    private final BuildListener listener;
    private final Events events = new Events();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean buildOver;
    private volatile long lastMessageNanos = System.nanoTime();
    private volatile boolean heard;
    private volatile ClientCallStreamObserver<?> call;

    private StatusStream(ManagedChannel channel, Executor executor, String ref, BuildListener listener) {
        this.channel = channel;
        this.executor = executor;
        this.ref = ref;
        this.listener = listener;
    }

    static StatusStream open(ManagedChannel channel, Executor executor, String ref, BuildListener listener) {
        StatusStream stream = new StatusStream(channel, executor, ref, listener);
        stream.open();
        return stream;
    }

    private void open() {
        ControlGrpc.newStub(channel)
                .withExecutor(executor)
                .status(StatusRequest.newBuilder().setRef(ref).build(), new Observer());
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
        ClientCallStreamObserver<?> current = call;
        if (current != null) {
            current.cancel("not listening any more", null);
        }
    }

    private final class Observer implements ClientResponseObserver<StatusRequest, StatusResponse> {
        @Override
        public void beforeStart(ClientCallStreamObserver<StatusRequest> stream) {
            call = stream;
            stream.disableAutoRequestWithInitial(1);
        }

        @Override
        public void onNext(StatusResponse message) {
            heard = true;
            lastMessageNanos = System.nanoTime();
            events.read(message, listener::onEvent);
            lastMessageNanos = System.nanoTime();
            call.request(1);
        }

        @Override
        public void onError(Throwable failure) {
            if (!buildOver && Status.fromThrowable(failure).getCode() == Status.Code.NOT_FOUND) {
                events.replay();
                open();
            } else {
                ended.completeExceptionally(failure);
            }
        }

        @Override
        public void onCompleted() {
            ended.complete(null);
        }
    }
}
