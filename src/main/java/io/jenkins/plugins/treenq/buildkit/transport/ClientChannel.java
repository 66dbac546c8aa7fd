// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The channel as one client uses it. The channel to the daemon outlives the client. Therefore this class records
 * whether calls of the client are still running, and starts no calls after the client was closed.
 */
public final class ClientChannel extends ManagedChannel {
    private final ManagedChannel channel;
    private final Set<ClientCall<?, ?>> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public ClientChannel(ManagedChannel channel) {
        this.channel = channel;
    }

    /**
     * Prevents further calls.
     *
     * @return whether no call is running, so that another client can use the connection. A cancelled call does not
     *     count
     */
    public boolean release() {
        closed = true;
        return running.isEmpty();
    }

    @Override
    public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
        return new Tracked<>(channel.newCall(method, options));
    }

    private final class Tracked<Q, A> extends ForwardingClientCall.SimpleForwardingClientCall<Q, A> {
        Tracked(ClientCall<Q, A> call) {
            super(call);
        }

        @Override
        public void start(Listener<A> listener, Metadata headers) {
            running.add(this);
            super.start(
                    new ForwardingClientCallListener.SimpleForwardingClientCallListener<>(listener) {
                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            running.remove(Tracked.this);
                            super.onClose(status, trailers);
                        }
                    },
                    headers);
            if (closed) {
                cancel("the client is closed", null);
            }
        }

        @Override
        public void cancel(String message, Throwable cause) {
            super.cancel(message, cause);
            running.remove(this);
        }
    }

    @Override
    public String authority() {
        return channel.authority();
    }

    @Override
    public ConnectivityState getState(boolean requestConnection) {
        return channel.getState(requestConnection);
    }

    @Override
    public ManagedChannel shutdown() {
        closed = true;
        return channel.shutdown();
    }

    @Override
    public ManagedChannel shutdownNow() {
        closed = true;
        return channel.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
        return closed;
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
