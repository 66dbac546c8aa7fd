// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.content;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import io.jenkins.plugins.treenq.buildkit.wire.content.ReadContentResponse;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Sends a part of a blob in pieces, each as soon as the stream is ready. */
final class BlobRead {
    private static final Logger LOGGER = Logger.getLogger(BlobRead.class.getName());

    private static final int PIECE_BYTES = 64 << 10;

    private final SeekableByteChannel content;
    private final long length;
    private final ServerCallStreamObserver<ReadContentResponse> answer;
    private final Consumer<IOException> onFailure;
    private long sent;
    private boolean over;

    /**
     * @param content the blob's content, positioned at the first byte of the part
     * @param length the length of the part in bytes
     */
    BlobRead(
            SeekableByteChannel content,
            long length,
            ServerCallStreamObserver<ReadContentResponse> answer,
            Consumer<IOException> onFailure) {
        this.content = content;
        this.length = length;
        this.answer = answer;
        this.onFailure = onFailure;
    }

    /**
     * Registers the handlers. gRPC runs them one after the other, and calls the first one as soon as the method of this
     * call returns.
     */
    void start() {
        answer.setOnReadyHandler(this::proceed);
        answer.setOnCancelHandler(this::close);
    }

    private void proceed() {
        try {
            while (!over && answer.isReady()) {
                if (sent == length) {
                    close();
                    answer.onCompleted();
                    return;
                }
                ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, length - sent));
                while (piece.hasRemaining()) {
                    if (content.read(piece) < 0) {
                        throw new EOFException("a blob became shorter while it was being read");
                    }
                }
                answer.onNext(ReadContentResponse.newBuilder()
                        .setOffset(sent)
                        .setData(UnsafeByteOperations.unsafeWrap(piece.flip()))
                        .build());
                sent += piece.limit();
            }
        } catch (IOException e) {
            close();
            onFailure.accept(e);
        }
    }

    private void close() {
        over = true;
        try {
            content.close();
        } catch (IOException e) {
            LOGGER.log(Level.FINE, "cannot close a blob", e);
        }
    }
}
