// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import io.jenkins.plugins.treenq.buildkit.wire.upload.BytesMessage;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The transfer of one upload to the daemon. The stream is read only as fast as the daemon accepts the bytes.
 *
 * <p>The call uses a worker thread while it reads, and none while the daemon accepts nothing. A read may block for any
 * time, for example if the stream is a pipe; the pool then continues with other threads.
 */
final class UploadCall implements StreamObserver<BytesMessage>, Runnable {
    private static final Logger LOGGER = Logger.getLogger(UploadCall.class.getName());

    /**
     * At most this number of bytes, and the bytes up to gRPC's threshold of readiness, wait in memory. BuildKit's own
     * client sends up to 3 MiB at once.
     */
    private static final int CHUNK_BYTES = 256 << 10;

    /** After this number of chunks, the call yields its thread to other tasks. */
    private static final int TURN = 16;

    private final String path;
    private final Upload upload;
    private final ServerCallStreamObserver<BytesMessage> daemon;
    private final Executor workers;
    private final Consumer<Throwable> onFailure;

    /** Accessed only by {@link #run}, of which at most one execution is active. */
    private InputStream in;

    // Guarded by this object's lock.
    private boolean scheduled;
    private boolean over;
    private boolean cancelled;
    private Thread reader;

    UploadCall(
            String path,
            Upload upload,
            ServerCallStreamObserver<BytesMessage> daemon,
            Executor workers,
            Consumer<Throwable> onFailure) {
        this.path = path;
        this.upload = upload;
        this.daemon = daemon;
        this.workers = workers;
        this.onFailure = onFailure;
    }

    void start() {
        daemon.setOnReadyHandler(this::schedule);
        daemon.setOnCancelHandler(this::cancel);
        schedule();
    }

    private void schedule() {
        synchronized (this) {
            if (scheduled || over) {
                return;
            }
            scheduled = true;
        }
        workers.execute(this);
    }

    @Override
    public void run() {
        synchronized (this) {
            reader = Thread.currentThread();
        }
        boolean goesOn = false;
        try {
            goesOn = read();
        } catch (IOException e) {
            LOGGER.log(Level.FINE, e, () -> "upload " + path + " failed");
            fail(FileErrors.reason(e));
        } catch (RuntimeException | Error e) {
            onFailure.accept(e);
            fail("the client failed to read it");
        } finally {
            leave(goesOn);
        }
    }

    /** Returns whether there may be more to read. */
    private boolean read() throws IOException {
        if (in == null && !isCancelled()) {
            in = upload.open();
        }
        for (int chunks = 0; chunks < TURN && daemon.isReady() && !isCancelled(); chunks++) {
            byte[] chunk = new byte[CHUNK_BYTES];
            int length = in.read(chunk);
            if (length < 0) {
                daemon.onCompleted();
                return false;
            }
            daemon.onNext(BytesMessage.newBuilder()
                    .setData(UnsafeByteOperations.unsafeWrap(chunk, 0, length))
                    .build());
        }
        return !isCancelled();
    }

    private void leave(boolean goesOn) {
        boolean ended = !goesOn;
        synchronized (this) {
            reader = null;
            // The interrupt applied to this stream, not to the thread's next task.
            Thread.interrupted();
            scheduled = false;
            ended |= cancelled;
            over = ended;
        }
        if (ended) {
            close();
        } else if (daemon.isReady()) {
            schedule();
        }
    }

    private void close() {
        if (in != null) {
            try {
                in.close();
            } catch (IOException e) {
                LOGGER.log(Level.FINE, e, () -> "cannot close upload " + path);
            }
        }
    }

    private void fail(String reason) {
        daemon.onError(Status.ABORTED
                .withDescription("the upload from " + Upload.address(path) + " cannot be read: " + reason)
                .asRuntimeException());
    }

    private synchronized boolean isCancelled() {
        return cancelled;
    }

    private void cancel() {
        synchronized (this) {
            cancelled = true;
            if (reader != null) {
                // The interrupt ends the read of a stream that reacts to interrupts.
                reader.interrupt();
            }
        }
        // If no read is active, the next execution closes the stream.
        schedule();
    }

    @Override
    public void onNext(BytesMessage message) {
        // The daemon sends no messages.
    }

    @Override
    public void onError(Throwable failure) {
        cancel();
    }

    @Override
    public void onCompleted() {
        // The daemon half-closes the call immediately and continues to read.
    }
}
