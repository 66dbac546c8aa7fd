// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.wire.filesync.FileSyncGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Packet;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Sends the daemon the folders that it may have, as often and as filtered as it asks. Needs the interceptor. */
public final class FileSyncService extends FileSyncGrpc.FileSyncImplBase {
    private final Map<String, LocalSource> locals;
    private final Executor executor;
    private final Consumer<Throwable> onFailure;
    private final Tree.Opener trees;

    /** See {@link #FileSyncService(Map, Path, Executor, Consumer)}; the daemon alone is told of failures. */
    public FileSyncService(Map<String, LocalSource> locals, Executor executor) {
        this(locals, null, executor, failure -> {});
    }

    /**
     * @param locals by the names that the build request gives them
     * @param boundary of their folders; see {@link io.jenkins.plugins.treenq.buildkit.session.SessionContent#boundary}
     * @param executor for everything that touches a disk: at most five tasks at a time for each call, none of which
     *     waits for the network
     * @param onFailure told on one of its threads what cannot be sent, before the daemon is
     */
    public FileSyncService(
            Map<String, LocalSource> locals, Path boundary, Executor executor, Consumer<Throwable> onFailure) {
        this(locals, executor, onFailure, (local, source) -> Tree.of(local, source, boundary));
    }

    FileSyncService(
            Map<String, LocalSource> locals, Executor executor, Consumer<Throwable> onFailure, Tree.Opener trees) {
        this.locals = Map.copyOf(locals);
        this.executor = executor;
        this.onFailure = onFailure;
        this.trees = trees;
    }

    /** This service with its interceptor, to be registered as it is. */
    public ServerServiceDefinition intercepted() {
        return ServerInterceptors.intercept(this, new FolderRequestInterceptor());
    }

    @Override
    public StreamObserver<Packet> diffCopy(StreamObserver<Packet> answers) {
        FolderRequest request = FolderRequest.KEY.get();
        LocalSource source = locals.get(request.folder());
        if (source == null) {
            answers.onError(Status.NOT_FOUND
                    .withDescription("no access allowed to folder '" + request.folder() + "'")
                    .asRuntimeException());
            return new Ignored();
        }
        DiffCopy copy =
                new DiffCopy(request, source, trees, executor, onFailure, (ServerCallStreamObserver<Packet>) answers);
        copy.start();
        return copy;
    }

    /** Of a call that is over before it began. */
    private static final class Ignored implements StreamObserver<Packet> {
        @Override
        public void onNext(Packet packet) {}

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
    }
}
