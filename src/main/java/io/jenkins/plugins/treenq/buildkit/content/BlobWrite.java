// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.content;

import com.google.protobuf.ByteString;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.wire.content.WriteAction;
import io.jenkins.plugins.treenq.buildkit.wire.content.WriteContentRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.WriteContentResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The stream that writes one blob ({@code contentserver.go}, Write). Each message gets a response, and the next message
 * is requested when the stream is ready again.
 */
final class BlobWrite implements StreamObserver<WriteContentRequest> {
    private static final Logger LOGGER = Logger.getLogger(BlobWrite.class.getName());

    /** Finds the store that the call addresses. */
    interface Stores {
        Store store() throws StatusException;
    }

    private final Stores stores;
    private final ServerCallStreamObserver<WriteContentResponse> answers;
    private final Consumer<Exception> onFailure;
    private Store store;
    private Store.Write write;
    private long totalBytes;
    private Digest expected;
    private boolean waiting;
    private boolean over;

    BlobWrite(Stores stores, ServerCallStreamObserver<WriteContentResponse> answers, Consumer<Exception> onFailure) {
        this.stores = stores;
        this.answers = answers;
        this.onFailure = onFailure;
    }

    void start() {
        answers.disableAutoRequest();
        answers.setOnReadyHandler(this::ready);
        answers.setOnCancelHandler(this::close);
        answers.request(1);
    }

    private void ready() {
        if (waiting) {
            waiting = false;
            answers.request(1);
        }
    }

    @Override
    public void onNext(WriteContentRequest request) {
        if (over) {
            return;
        }
        try {
            WriteContentResponse response = take(request);
            if (request.getAction() == WriteAction.COMMIT) {
                // The write is closed before the response is sent, because the daemon may start another write with the
                // same ref after the response.
                close();
                answers.onNext(response);
                answers.onCompleted();
                return;
            }
            answers.onNext(response);
            waiting = true;
            if (answers.isReady()) {
                ready();
            }
        } catch (IOException | StatusException e) {
            close();
            onFailure.accept(e);
        }
    }

    private WriteContentResponse take(WriteContentRequest request) throws IOException, StatusException {
        if (store == null) {
            store = stores.store();
            store.requireWritable();
        }
        expect(request);
        if (write == null) {
            if (request.getRef().isEmpty()) {
                throw ContentErrors.invalid("the first message has no ref");
            }
            write = store.begin(request.getRef(), expected);
        }
        write.totalBytes = totalBytes;
        write.expected = expected == null ? "" : expected.value();
        WriteContentResponse.Builder response =
                WriteContentResponse.newBuilder().setAction(request.getAction());
        switch (request.getAction()) {
            case STAT ->
                response.setTotal(totalBytes)
                        .setStartedAt(ContentService.timestamp(write.ingest.started()))
                        .setUpdatedAt(ContentService.timestamp(Instant.now()));
            case WRITE -> append(request);
            case COMMIT -> {
                append(request);
                response.setDigest(commit().value());
            }
            default -> throw ContentErrors.invalid("the action is unknown");
        }
        return response.setOffset(write.offset).build();
    }

    /** Stores the announced size and digest, which any message may contain. */
    private void expect(WriteContentRequest request) throws IOException, StatusException {
        if (request.getTotal() > 0) {
            totalBytes = request.getTotal();
        }
        if (!request.getExpected().isEmpty()) {
            expected = ContentErrors.digest(request.getExpected());
            Optional<Layout.Blob> there = store.layout().find(expected);
            if (there.isPresent()) {
                throw ContentErrors.exists(expected);
            }
        }
    }

    private void append(WriteContentRequest request) throws IOException, StatusException {
        Ingest ingest = write.ingest;
        if (request.getOffset() == 0 && ingest.offset() > 0) {
            ingest.reset();
        } else if (request.getOffset() != ingest.offset()) {
            throw ContentErrors.outOfRange(
                    "write @" + request.getOffset() + " must occur at current offset " + ingest.offset());
        }
        ByteString data = request.getData();
        if (ingest.offset() + data.size() > totalBytes) {
            throw ContentErrors.outOfRange("more bytes were received than the " + totalBytes + " announced");
        }
        ingest.append(data);
        write.offset = ingest.offset();
    }

    private Digest commit() throws IOException, StatusException {
        if (write.ingest.offset() != totalBytes) {
            throw ContentErrors.unfulfilled(
                    "unexpected commit size " + write.ingest.offset() + ", expected " + totalBytes);
        }
        return write.ingest.commit(expected);
    }

    @Override
    public void onError(Throwable cause) {
        close();
    }

    @Override
    public void onCompleted() {
        boolean unfinished = !over;
        close();
        if (unfinished) {
            answers.onCompleted();
        }
    }

    private void close() {
        over = true;
        if (write == null) {
            return;
        }
        try {
            store.end(write);
        } catch (IOException e) {
            LOGGER.log(Level.FINE, e, () -> "cannot remove what was written of " + write.ref);
        }
        write = null;
    }
}
