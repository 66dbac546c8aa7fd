// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.grpc.Metadata;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.wire.upload.BytesMessage;
import io.jenkins.plugins.treenq.buildkit.wire.upload.UploadGrpc;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The session's service from which the daemon reads uploads by their addresses {@code http://buildkit-session/…}. Each
 * upload can be read once ({@code session/upload/uploadprovider/provider.go}).
 */
final class UploadService extends UploadGrpc.UploadImplBase {
    private static final Metadata.Key<String> PATH = RequestHeaders.name("urlpath");
    private static final Metadata.Key<String> HOST = RequestHeaders.name("urlhost");

    private final Map<String, Upload> uploads;
    private final Executor workers;
    private final Consumer<Throwable> onFailure;

    /**
     * @param workers executor that reads the streams; the reads may block
     * @param onFailure receives unexpected failures
     */
    UploadService(Map<String, Upload> uploads, Executor workers, Consumer<Throwable> onFailure) {
        this.uploads = new ConcurrentHashMap<>(uploads);
        this.workers = workers;
        this.onFailure = onFailure;
    }

    ServerServiceDefinition intercepted() {
        return ServerInterceptors.intercept(this, new RequestHeaders());
    }

    @Override
    public StreamObserver<BytesMessage> pull(StreamObserver<BytesMessage> answers) {
        String path = RequestHeaders.get(PATH).replaceFirst("^/+", "");
        Upload upload = Upload.HOST.equals(RequestHeaders.get(HOST)) ? uploads.remove(path) : null;
        if (upload == null) {
            answers.onError(Status.NOT_FOUND
                    .withDescription("there is no upload at " + Upload.address(path) + ", or it was already read")
                    .asRuntimeException());
            return new IgnoredRequests<>();
        }
        UploadCall call =
                new UploadCall(path, upload, (ServerCallStreamObserver<BytesMessage>) answers, workers, onFailure);
        call.start();
        return call;
    }
}
