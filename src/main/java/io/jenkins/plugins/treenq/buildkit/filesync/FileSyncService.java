// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.compression.CompressionDecision;
import io.jenkins.plugins.treenq.buildkit.compression.SentBytes;
import io.jenkins.plugins.treenq.buildkit.wire.filesync.FileSyncGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The session service FileSync, which sends the build's folders to the daemon. The daemon may request each folder
 * several times, each time with other patterns. The service needs the interceptor {@link FolderRequestInterceptor}.
 */
public final class FileSyncService {
    private static final MethodDescriptor<Packet, OutgoingPacket> DIFF_COPY =
            FileSyncGrpc.getDiffCopyMethod().toBuilder(
                            FileSyncGrpc.getDiffCopyMethod().getRequestMarshaller(), OutgoingPacket.MARSHALLER)
                    .build();

    private final Map<String, LocalSource> locals;
    private final Executor executor;
    private final Consumer<Throwable> onFailure;
    private final Tree.Opener trees;
    private final CompressionDecision compression;
    private final SentBytes sentBytes = new SentBytes();

    /**
     * Creates the service without a boundary and without a failure callback: only the daemon gets to know of failures.
     * See {@link #FileSyncService(Map, Path, Executor, Consumer, CompressionDecision)}.
     */
    public FileSyncService(Map<String, LocalSource> locals, Executor executor) {
        this(locals, null, executor, failure -> {}, new CompressionDecision(true));
    }

    /**
     * @param locals the sources by the names that the build request gives them
     * @param boundary the boundary of the folders; see
     *     {@link io.jenkins.plugins.treenq.buildkit.session.SessionContent#boundary}
     * @param executor runs everything that accesses a disk. Each call has at most five tasks at a time, none of which
     *     waits for the network
     * @param onFailure receives the failure to read a source before the daemon gets the error; runs on a thread of the
     *     executor
     * @param compression decides whether files are compressed, for all transfers of the connection
     */
    public FileSyncService(
            Map<String, LocalSource> locals,
            Path boundary,
            Executor executor,
            Consumer<Throwable> onFailure,
            CompressionDecision compression) {
        this(locals, executor, onFailure, (local, source) -> Tree.of(local, source, boundary), compression);
    }

    FileSyncService(
            Map<String, LocalSource> locals,
            Executor executor,
            Consumer<Throwable> onFailure,
            Tree.Opener trees,
            CompressionDecision compression) {
        this.locals = Map.copyOf(locals);
        this.executor = executor;
        this.onFailure = onFailure;
        this.trees = trees;
        this.compression = compression;
    }

    /** Returns the definition of this service with its interceptor, ready to be registered. */
    public ServerServiceDefinition intercepted() {
        ServerServiceDefinition service = ServerServiceDefinition.builder(FileSyncGrpc.SERVICE_NAME)
                .addMethod(DIFF_COPY, ServerCalls.asyncBidiStreamingCall(this::diffCopy))
                .build();
        return ServerInterceptors.intercept(service, new FolderRequestInterceptor());
    }

    /** Returns the numbers of bytes that all transfers have sent. */
    public SentBytes sentBytes() {
        return sentBytes;
    }

    private StreamObserver<Packet> diffCopy(StreamObserver<OutgoingPacket> answers) {
        FolderRequest request = FolderRequest.KEY.get();
        LocalSource source = locals.get(request.folder());
        if (source == null) {
            answers.onError(Status.NOT_FOUND
                    .withDescription("no access allowed to folder '" + request.folder() + "'")
                    .asRuntimeException());
            return new Ignored();
        }
        DiffCopy copy = new DiffCopy(
                request,
                source,
                trees,
                executor,
                onFailure,
                new PacketStream(
                        (ServerCallStreamObserver<OutgoingPacket>) answers,
                        FolderRequestInterceptor.ACCEPTS_GZIP.get(),
                        compression,
                        sentBytes));
        copy.start();
        return copy;
    }

    /** Ignores the packets of a call that was rejected at its start. */
    private static final class Ignored implements StreamObserver<Packet> {
        @Override
        public void onNext(Packet packet) {}

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
    }
}
