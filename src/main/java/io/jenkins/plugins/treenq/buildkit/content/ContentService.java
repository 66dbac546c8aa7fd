// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.content;

import com.google.protobuf.Empty;
import com.google.protobuf.Timestamp;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import io.jenkins.plugins.treenq.buildkit.wire.content.AbortRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.ContentGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.content.DeleteContentRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.Info;
import io.jenkins.plugins.treenq.buildkit.wire.content.InfoRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.InfoResponse;
import io.jenkins.plugins.treenq.buildkit.wire.content.ListContentRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.ListContentResponse;
import io.jenkins.plugins.treenq.buildkit.wire.content.ListStatusesRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.ListStatusesResponse;
import io.jenkins.plugins.treenq.buildkit.wire.content.ReadContentRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.ReadContentResponse;
import io.jenkins.plugins.treenq.buildkit.wire.content.StatusRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.StatusResponse;
import io.jenkins.plugins.treenq.buildkit.wire.content.UpdateRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.UpdateResponse;
import io.jenkins.plugins.treenq.buildkit.wire.content.WriteContentRequest;
import io.jenkins.plugins.treenq.buildkit.wire.content.WriteContentResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The session's content service, through which the daemon reads OCI layouts on this machine and writes to those that
 * receive results (containerd's {@code contentserver} over the session). The methods block on the disk and must not run
 * on a thread of the transport.
 */
public final class ContentService extends ContentGrpc.ContentImplBase {
    private static final int INFOS_IN_MESSAGE = 100;

    private final Map<String, Store> stores = new HashMap<>();
    private final Consumer<Throwable> onFailure;

    /**
     * @param layouts the folders by the store ID that the daemon uses: {@code oci:NAME}, {@code local:PATH},
     *     {@code export}
     * @param writable the IDs of the stores to which the daemon may add blobs; it cannot delete blobs from any store
     * @param onFailure receives the failure to read or write a layout before the daemon gets the error
     */
    public ContentService(Map<String, RootedPath> layouts, Set<String> writable, Consumer<Throwable> onFailure) {
        layouts.forEach((id, folder) -> stores.put(id, new Store(new Layout(folder), writable.contains(id))));
        this.onFailure = onFailure;
    }

    /** Returns the definition of this service with its interceptor, ready to be registered. */
    public ServerServiceDefinition intercepted() {
        return ServerInterceptors.intercept(this, new StoreInterceptor());
    }

    @Override
    public void info(InfoRequest request, StreamObserver<InfoResponse> answer) {
        answer(answer, store -> {
            Digest digest = ContentErrors.digest(request.getDigest());
            Layout.Blob blob = store.layout().find(digest).orElseThrow(() -> ContentErrors.unknownBlob(digest));
            return InfoResponse.newBuilder().setInfo(info(blob)).build();
        });
    }

    @Override
    public void update(UpdateRequest request, StreamObserver<UpdateResponse> answer) {
        answer(answer, store -> {
            throw ContentErrors.unfulfilled("a layout has no labels to update");
        });
    }

    @Override
    public void delete(DeleteContentRequest request, StreamObserver<Empty> answer) {
        answer(answer, store -> {
            throw ContentErrors.readOnly();
        });
    }

    @Override
    public void list(ListContentRequest request, StreamObserver<ListContentResponse> answer) {
        streamed(answer, store -> {
            requireNone(request.getFiltersList());
            List<Layout.Blob> blobs = store.layout().list();
            for (int i = 0; i < blobs.size(); i += INFOS_IN_MESSAGE) {
                ListContentResponse.Builder part = ListContentResponse.newBuilder();
                blobs.subList(i, Math.min(i + INFOS_IN_MESSAGE, blobs.size()))
                        .forEach(blob -> part.addInfo(info(blob)));
                answer.onNext(part.build());
            }
            answer.onCompleted();
        });
    }

    @Override
    public void read(ReadContentRequest request, StreamObserver<ReadContentResponse> answer) {
        streamed(answer, store -> {
            Digest digest = ContentErrors.digest(request.getDigest());
            Layout.Blob blob = store.layout().find(digest).orElseThrow(() -> ContentErrors.unknownBlob(digest));
            long start = Math.max(0, request.getOffset());
            if (start > blob.sizeBytes()) {
                throw ContentErrors.outOfRange("read past object length " + blob.sizeBytes() + " bytes");
            }
            long rest = blob.sizeBytes() - start;
            long length = request.getSize() <= 0 ? rest : Math.min(rest, request.getSize());
            new BlobRead(
                            store.layout().open(digest).position(start),
                            length,
                            (ServerCallStreamObserver<ReadContentResponse>) answer,
                            failure -> fail(answer, failure, false))
                    .start();
        });
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> answer) {
        answer(answer, store -> StatusResponse.newBuilder()
                .setStatus(status(store.write(request.getRef())))
                .build());
    }

    @Override
    public void listStatuses(ListStatusesRequest request, StreamObserver<ListStatusesResponse> answer) {
        answer(answer, store -> {
            requireNone(request.getFiltersList());
            ListStatusesResponse.Builder statuses = ListStatusesResponse.newBuilder();
            store.writes().forEach(write -> statuses.addStatuses(status(write)));
            return statuses.build();
        });
    }

    @Override
    public StreamObserver<WriteContentRequest> write(StreamObserver<WriteContentResponse> answer) {
        BlobWrite write = new BlobWrite(
                ContentService.this::store,
                (ServerCallStreamObserver<WriteContentResponse>) answer,
                failure -> fail(answer, failure, true));
        write.start();
        return write;
    }

    @Override
    public void abort(AbortRequest request, StreamObserver<Empty> answer) {
        answer(answer, store -> {
            store.requireWritable();
            // A write removes its file when its stream ends, so the only write that could be aborted is one in
            // progress.
            if (store.isWriting(request.getRef())) {
                throw ContentErrors.locked(request.getRef());
            }
            return Empty.getDefaultInstance();
        });
    }

    private interface Answering<T> {
        T of(Store store) throws IOException, StatusException;
    }

    private interface Streaming {
        void of(Store store) throws IOException, StatusException;
    }

    private <T> void answer(StreamObserver<T> answer, Answering<T> answering) {
        streamed(answer, store -> {
            answer.onNext(answering.of(store));
            answer.onCompleted();
        });
    }

    private void streamed(StreamObserver<?> answer, Streaming streaming) {
        try {
            streaming.of(store());
        } catch (IOException | StatusException e) {
            fail(answer, e, false);
        }
    }

    /** Converts a failure to the response of a call. Failures of the disk are reported to the client, too. */
    private void fail(StreamObserver<?> answer, Exception failure, boolean writing) {
        if (failure instanceof IOException e) {
            BuildkitException reported = writing
                    ? new BuildkitException.OutputUnwritableException(
                            "an OCI layout cannot be written: " + FileErrors.fileAndReason(e), e)
                    : new BuildkitException.ContextUnreadableException(
                            "an OCI layout cannot be read: " + FileErrors.fileAndReason(e), e);
            onFailure.accept(reported);
            answer.onError(
                    Status.INTERNAL.withDescription(reported.getMessage()).asException());
        } else {
            answer.onError(failure);
        }
    }

    private Store store() throws StatusException {
        String id = StoreInterceptor.STORE_ID.get();
        if (id == null) {
            throw ContentErrors.invalid("the call does not name a store");
        }
        Store store = stores.get(id);
        if (store == null) {
            throw Status.NOT_FOUND.withDescription("unknown store " + id).asException();
        }
        return store;
    }

    private static void requireNone(List<String> filters) throws StatusException {
        if (!filters.isEmpty()) {
            throw Status.UNIMPLEMENTED
                    .withDescription("filters are not supported")
                    .asException();
        }
    }

    private static Info info(Layout.Blob blob) {
        return Info.newBuilder()
                .setDigest(blob.digest().value())
                .setSize(blob.sizeBytes())
                .setCreatedAt(timestamp(blob.created()))
                .setUpdatedAt(timestamp(blob.created()))
                .build();
    }

    private static io.jenkins.plugins.treenq.buildkit.wire.content.Status status(Store.Write write) {
        return io.jenkins.plugins.treenq.buildkit.wire.content.Status.newBuilder()
                .setRef(write.ref)
                .setOffset(write.offset)
                .setTotal(write.totalBytes)
                .setExpected(write.expected)
                .setStartedAt(timestamp(write.ingest.started()))
                .setUpdatedAt(timestamp(Instant.now()))
                .build();
    }

    static Timestamp timestamp(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }
}
