// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.FakeDaemon;
import io.jenkins.plugins.treenq.buildkit.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.Secrets;
import io.jenkins.plugins.treenq.buildkit.SessionContent;
import io.jenkins.plugins.treenq.buildkit.wire.control.BytesMessage;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SessionTest {
    /** A channel on which no message can be sent. */
    private static final class Broken extends ManagedChannel {
        private final ManagedChannel channel;
        private final Error failure;

        Broken(ManagedChannel channel, Error failure) {
            this.channel = channel;
            this.failure = failure;
        }

        @Override
        public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
            return new SimpleForwardingClientCall<>(channel.newCall(method, options)) {
                @Override
                public void sendMessage(Q message) {
                    throw failure;
                }
            };
        }

        @Override
        public String authority() {
            return channel.authority();
        }

        @Override
        public ManagedChannel shutdown() {
            return channel.shutdown();
        }

        @Override
        public ManagedChannel shutdownNow() {
            return channel.shutdownNow();
        }

        @Override
        public boolean isShutdown() {
            return channel.isShutdown();
        }

        @Override
        public boolean isTerminated() {
            return channel.isTerminated();
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
            return channel.awaitTermination(timeout, unit);
        }
    }

    /** The daemon may build on without a session, for hours. */
    @Test
    void whatBreaksTheSessionOnThisSideIsTold() throws Exception {
        Error failure = new OutOfMemoryError("a test's");
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        ControlGrpc.ControlImplBase service = new ControlGrpc.ControlImplBase() {
            @Override
            public StreamObserver<BytesMessage> session(StreamObserver<BytesMessage> client) {
                return new StreamObserver<>() {
                    @Override
                    public void onNext(BytesMessage message) {}

                    @Override
                    public void onError(Throwable end) {}

                    @Override
                    public void onCompleted() {}
                };
            }
        };
        SessionContent content = new SessionContent(Map.of(), RegistryLogins.NONE, Secrets.NONE, "");
        try (FakeDaemon daemon = new FakeDaemon(service);
                Session session = Session.open(
                        new Broken(daemon.channel(), failure), daemon.loops(), content, List.of(), told::complete)) {
            assertSame(failure, told.get(30, TimeUnit.SECONDS));
            assertThrows(ExecutionException.class, () -> session.ended().get(30, TimeUnit.SECONDS));
        }
    }
}
