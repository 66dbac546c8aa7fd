// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ClientCallStreamObserver;
import io.jenkins.plugins.treenq.buildkit.wire.control.BytesMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;

/**
 * One end of a byte stream that travels in the messages of a gRPC call: what Netty takes for a connection.
 *
 * <p>Nothing queues here without bound. Towards the daemon, bytes leave only while the call is ready, so that Netty's
 * own watermarks see the real connection and a reply to the daemon's health check never waits behind megabytes of
 * files. From the daemon, the next message is asked for only when the last one was handled.
 */
final class SessionChannel extends AbstractChannel {
    /**
     * With what goes around it, two frames of HTTP/2 and no more than 32 KiB: for a larger message, the daemon's gRPC
     * clears a buffer of 1 MiB ({@code mem/buffer_pool.go}).
     */
    private static final int MESSAGE_BYTES = (32 << 10) - 9;

    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final ChannelConfig config = new DefaultChannelConfig(this) {
        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
            // gRPC sets socket options on whatever it gets; here there is no socket to set them on.
            return option == ChannelOption.SO_KEEPALIVE || super.setOption(option, value);
        }
    };
    private final ClientCallStreamObserver<BytesMessage> call;
    private final SessionServerChannel listener;
    private volatile boolean open = true;
    private volatile boolean ended;

    SessionChannel(SessionServerChannel parent, ClientCallStreamObserver<BytesMessage> call) {
        super(parent);
        this.listener = parent;
        this.call = call;
    }

    /** The call can take bytes again. */
    void onCallReady() {
        if (isRegistered()) {
            listener.inLoop(() -> unsafe().flush());
        }
    }

    /** The daemon sent bytes; asks for more when they were handled. */
    void onCallMessage(ByteString bytes) {
        listener.inLoop(() -> {
            try {
                pipeline().fireChannelRead(Unpooled.wrappedBuffer(bytes.asReadOnlyByteBuffer()));
                pipeline().fireChannelReadComplete();
                call.request(1);
            } catch (RuntimeException | Error e) {
                // Netty would only log it, and the daemon would wait.
                breakOff(e);
            }
        });
    }

    /**
     * Closes at once, or is never accepted when that is still to come. The handlers of HTTP/2 would first write that
     * they go away, which nobody takes when the call is over, and wait for that as long as the event loop lives.
     */
    void end() {
        ended = true;
        listener.inLoop(() -> {
            if (isRegistered()) {
                unsafe().close(newPromise());
            }
        });
    }

    /** Whether the call is over, so that nobody may accept this connection any more. */
    boolean isEnded() {
        return ended;
    }

    private void breakOff(Throwable cause) {
        call.cancel("the session broke on this side", cause);
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer pending) {
        try {
            write(pending);
        } catch (RuntimeException | Error e) {
            // Netty would only close its own side.
            breakOff(e);
            throw e;
        }
    }

    private void write(ChannelOutboundBuffer pending) {
        while (call.isReady()) {
            long available = pending.totalPendingWriteBytes();
            byte[] message = new byte[(int) Math.min(MESSAGE_BYTES, Math.max(available, 0))];
            int length = fill(message, pending);
            if (length == 0) {
                return;
            }
            call.onNext(BytesMessage.newBuilder()
                    .setData(UnsafeByteOperations.unsafeWrap(message, 0, length))
                    .build());
        }
    }

    /** Moves as much as fits; returns how much that was. */
    private static int fill(byte[] message, ChannelOutboundBuffer pending) {
        int length = 0;
        while (length < message.length && pending.current() instanceof ByteBuf head) {
            int count = Math.min(head.readableBytes(), message.length - length);
            head.getBytes(head.readerIndex(), message, length, count);
            length += count;
            pending.removeBytes(count);
            if (count == 0) {
                pending.remove();
            }
        }
        return length;
    }

    @Override
    protected void doClose() {
        open = false;
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        promise.setSuccess();
        call.request(1);
    }

    @Override
    protected void doBeginRead() {
        // Bytes are pushed by the call, at the pace at which they are handled.
    }

    @Override
    protected void doBind(SocketAddress localAddress) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new Unconnectable();
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected SocketAddress localAddress0() {
        return SessionServerChannel.ADDRESS;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return SessionServerChannel.ADDRESS;
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    private final class Unconnectable extends AbstractUnsafe {
        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            promise.setFailure(new UnsupportedOperationException());
        }
    }
}
