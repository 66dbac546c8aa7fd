// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.Upload;
import io.jenkins.plugins.treenq.buildkit.wire.upload.BytesMessage;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One stream on its way to the daemon, read only as fast as the daemon takes it.
 *
 * <p>It has a thread of its own while it lasts: the stream may come from a pipe or another machine and wait for as long
 * as it likes, which must not hold up what the session's few workers do for the same or another build.
 */
final class UploadCall implements StreamObserver<BytesMessage>, Runnable {
    private static final Logger LOGGER = Logger.getLogger(UploadCall.class.getName());

    /** At most this and what gRPC counts as ready wait in memory. BuildKit's own client sends up to 3 MiB at once. */
    private static final int CHUNK_BYTES = 256 << 10;

    private final String path;
    private final Upload upload;
    private final ServerCallStreamObserver<BytesMessage> daemon;
    private final Thread reader;
    private final Semaphore news = new Semaphore(0);
    private volatile boolean cancelled;

    UploadCall(String path, Upload upload, ServerCallStreamObserver<BytesMessage> daemon) {
        this.path = path;
        this.upload = upload;
        this.daemon = daemon;
        this.reader = new Thread(this, "treenq-upload");
        reader.setDaemon(true);
    }

    void start() {
        daemon.setOnReadyHandler(news::release);
        daemon.setOnCancelHandler(this::cancel);
        reader.start();
    }

    @Override
    public void run() {
        try (InputStream in = upload.open()) {
            while (awaitReady()) {
                byte[] chunk = new byte[CHUNK_BYTES];
                int length = in.read(chunk);
                if (length < 0) {
                    daemon.onCompleted();
                    return;
                }
                daemon.onNext(BytesMessage.newBuilder()
                        .setData(UnsafeByteOperations.unsafeWrap(chunk, 0, length))
                        .build());
            }
        } catch (IOException e) {
            LOGGER.log(Level.FINE, e, () -> "upload " + path + " failed");
            fail(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        } catch (InterruptedException e) {
            fail("it was interrupted");
        } catch (RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "upload " + path + " failed");
            fail("the client failed to read it");
        }
    }

    private void fail(String reason) {
        daemon.onError(Status.ABORTED
                .withDescription("the upload from " + Upload.address(path) + " cannot be read: " + reason)
                .asRuntimeException());
    }

    private boolean awaitReady() throws InterruptedException {
        while (!cancelled && !daemon.isReady()) {
            news.acquire();
        }
        return !cancelled;
    }

    private void cancel() {
        cancelled = true;
        // Where the stream's read hears of interrupts, it ends too.
        reader.interrupt();
    }

    @Override
    public void onNext(BytesMessage message) {
        // The daemon has nothing to say.
    }

    @Override
    public void onError(Throwable failure) {
        cancel();
    }

    @Override
    public void onCompleted() {
        // The daemon says at once that it has nothing to say, and still reads.
    }
}
