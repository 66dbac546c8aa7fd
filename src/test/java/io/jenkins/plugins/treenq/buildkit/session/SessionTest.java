// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.FakeDaemon;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;
import io.jenkins.plugins.treenq.buildkit.wire.control.BytesMessage;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
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

    /** The daemon may continue the build without a session for hours. */
    @Test
    void aFailureOfTheSessionInTheClientIsReported() throws Exception {
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
            assertSame(failure, told.get(2, TimeUnit.MINUTES));
            assertThrows(ExecutionException.class, () -> session.ended().get(2, TimeUnit.MINUTES));
        }
    }

    /** A channel whose calls end when the test says so. */
    private static final class Silent extends ManagedChannel {
        private ClientCall.Listener<?> listener;

        @Override
        public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
            return new ClientCall<>() {
                @Override
                public void start(Listener<R> responses, Metadata headers) {
                    listener = responses;
                }

                @Override
                public void request(int messages) {}

                @Override
                public void cancel(String message, Throwable cause) {}

                @Override
                public void halfClose() {}

                @Override
                public void sendMessage(Q message) {}
            };
        }

        @Override
        public String authority() {
            return "";
        }

        @Override
        public ManagedChannel shutdown() {
            return this;
        }

        @Override
        public ManagedChannel shutdownNow() {
            return this;
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }

    @Test
    void theEventLoopExistsUntilTheSessionHasEnded() throws Exception {
        SessionContent content = new SessionContent(Map.of(), RegistryLogins.NONE, Secrets.NONE, "");
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        Silent channel = new Silent();
        EventLoops loops = new EventLoops();
        Session session = Session.open(channel, loops, content, List.of(), told::complete);
        loops.close();
        assertFalse(loops.io().isShuttingDown());

        // Closing would wait forever for a server whose event loop has ended.
        session.close();

        assertTrue(loops.io().terminationFuture().await(2, TimeUnit.MINUTES));
        // Of the call that was cancelled, the end may come last of all.
        channel.listener.onReady();
        channel.listener.onClose(Status.CANCELLED, new Metadata());
        session.ended().get(2, TimeUnit.MINUTES);
        assertFalse(told.isDone());
        assertThrows(
                IllegalStateException.class, () -> Session.open(channel, loops, content, List.of(), told::complete));
    }

    @Test
    void aConnectionWhoseCallEndsDuringAcceptIsClosed() throws Exception {
        List<Object> accepted = new CopyOnWriteArrayList<>();
        try (EventLoops loops = new EventLoops()) {
            SessionServerChannel listener = new SessionServerChannel();
            listener.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object connection) {
                    accepted.add(connection);
                    loops.io().register((Channel) connection);
                }
            });
            loops.io().register(listener).sync();
            SessionChannel connection = new SessionChannel(listener, null);

            connection.end();
            listener.accept(connection);

            loops.io().submit(() -> {}).sync();
            assertEquals(List.of(), accepted);
        }
    }
}
