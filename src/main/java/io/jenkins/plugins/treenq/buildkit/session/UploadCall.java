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
 * One stream on its way to the daemon, read only as fast as the daemon takes it.
 *
 * <p>It has a worker while it reads, and none while the daemon takes nothing. The stream may come from a pipe or
 * another machine and wait for as long as it likes; the workers then go on without the one that waits.
 */
final class UploadCall implements StreamObserver<BytesMessage>, Runnable {
    private static final Logger LOGGER = Logger.getLogger(UploadCall.class.getName());

    /** At most this and what gRPC counts as ready wait in memory. BuildKit's own client sends up to 3 MiB at once. */
    private static final int CHUNK_BYTES = 256 << 10;

    /** After that many chunks, other tasks have their turn. */
    private static final int TURN = 16;

    private final String path;
    private final Upload upload;
    private final ServerCallStreamObserver<BytesMessage> daemon;
    private final Executor workers;
    private final Consumer<Throwable> onFailure;

    /** Only touched by the one run at a time. */
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

    /** Says whether there may be more to read. */
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
            // It was for this stream, not for what the thread does next.
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
                // Where the stream's read hears of interrupts, it ends.
                reader.interrupt();
            }
        }
        // To be closed, where nothing is being read.
        schedule();
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
