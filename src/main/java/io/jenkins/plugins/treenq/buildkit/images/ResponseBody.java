// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.threads.CancellableWork;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The content of a response as a stream. A limited amount is read ahead. Reading fails if the server sends no data for
 * 60 seconds; the JDK's own stream would wait forever. One thread at a time may read.
 */
final class ResponseBody extends InputStream implements BodySubscriber<ResponseBody> {
    private static final long TIMEOUT_SECONDS = 60;

    /**
     * The number of lists of buffers that are requested in advance. The buffers of java.net.http have up to 16 KiB
     * each.
     */
    private static final int READ_AHEAD = 64;

    private static final Piece END = new Piece(List.of(), null);

    private final BlockingQueue<Piece> arrived = new LinkedBlockingQueue<>();
    private final Queue<ByteBuffer> current = new ArrayDeque<>();
    private Piece last;
    private Flow.Subscription subscription;
    private boolean closed;

    /** @param failure the failure that ended the content; null if there is none */
    private record Piece(List<ByteBuffer> bytes, Throwable failure) {}

    @Override
    public CompletionStage<ResponseBody> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription stream) {
        subscription = stream;
        if (closed) {
            stream.cancel();
        } else {
            stream.request(READ_AHEAD);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        arrived.add(new Piece(bytes, null));
    }

    @Override
    public void onError(Throwable failure) {
        arrived.add(new Piece(List.of(), failure));
    }

    @Override
    public void onComplete() {
        arrived.add(END);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (current.isEmpty() || !current.peek().hasRemaining()) {
            if (current.poll() == null && !next()) {
                return -1;
            }
        }
        int count = Math.min(length, current.peek().remaining());
        current.peek().get(target, offset, count);
        return count;
    }

    /** Waits for more content. Returns false at the end. */
    private boolean next() throws IOException {
        if (last == null) {
            Piece piece = await();
            if (piece != END && piece.failure() == null) {
                more();
                current.addAll(piece.bytes());
                return true;
            }
            last = piece;
        }
        if (last.failure() != null) {
            throw new IOException(last.failure());
        }
        return false;
    }

    private Piece await() throws IOException {
        try (CancellableWork.Hook ignored = CancellableWork.onCancel(() -> arrived.add(END))) {
            Piece piece = arrived.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            CancellableWork.check();
            if (piece == null) {
                throw new HttpTimeoutException("no more data is received");
            }
            return piece;
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    private synchronized void more() {
        subscription.request(1);
    }

    /** Closes the connection unless the content has ended, and makes a waiting reader return. */
    @Override
    public synchronized void close() {
        closed = true;
        arrived.add(END);
        // The response is available before the subscription to its content.
        if (subscription != null) {
            subscription.cancel();
        }
    }
}
