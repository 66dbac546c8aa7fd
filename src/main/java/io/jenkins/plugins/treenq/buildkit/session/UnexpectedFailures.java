// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.function.Consumer;

/**
 * Reports exceptions that a service throws while it handles a request, such as memory exhaustion. gRPC only ends the
 * call and sends the daemon an unspecific error, but the build should fail with the actual reason.
 */
final class UnexpectedFailures implements ServerInterceptor {
    private final Consumer<Throwable> onFailure;

    UnexpectedFailures(Consumer<Throwable> onFailure) {
        this.onFailure = onFailure;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        ServerCall.Listener<ReqT> listener;
        try {
            listener = next.startCall(call, headers);
        } catch (RuntimeException | Error e) {
            onFailure.accept(e);
            throw e;
        }
        return new SimpleForwardingServerCallListener<>(listener) {
            @Override
            public void onMessage(ReqT message) {
                reporting(() -> super.onMessage(message));
            }

            @Override
            public void onHalfClose() {
                reporting(super::onHalfClose);
            }

            @Override
            public void onCancel() {
                reporting(super::onCancel);
            }

            @Override
            public void onComplete() {
                reporting(super::onComplete);
            }

            @Override
            public void onReady() {
                reporting(super::onReady);
            }
        };
    }

    private void reporting(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException | Error e) {
            onFailure.accept(e);
            throw e;
        }
    }
}
