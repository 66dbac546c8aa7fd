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
 * A Netty channel whose bytes are transported in the messages of a gRPC call.
 *
 * <p>All queues are bounded. Towards the daemon, bytes are written only while the call is ready. Netty's watermarks
 * therefore apply to the real connection, and a response to a health check never waits behind megabytes of files. From
 * the daemon, the next message is requested only after the previous one was handled.
 */
final class SessionChannel extends AbstractChannel {
    /**
     * Together with its headers, a message of this size fills two HTTP/2 frames of 16 KiB. For a larger message, the
     * daemon's gRPC library clears a buffer of 1 MiB ({@code mem/buffer_pool.go}).
     */
    private static final int MESSAGE_BYTES = (32 << 10) - 9;

    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final ChannelConfig config = new DefaultChannelConfig(this) {
        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
            // gRPC sets options of sockets on every channel. This channel has no socket and accepts the option without
            // effect.
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

    /** Writes pending bytes, because the call has become ready again. */
    void onCallReady() {
        if (isRegistered()) {
            listener.inLoop(() -> unsafe().flush());
        }
    }

    /** Passes received bytes to the pipeline, and requests the next message after they were handled. */
    void onCallMessage(ByteString bytes) {
        listener.inLoop(() -> {
            try {
                pipeline().fireChannelRead(Unpooled.wrappedBuffer(bytes.asReadOnlyByteBuffer()));
                pipeline().fireChannelReadComplete();
                call.request(1);
            } catch (RuntimeException | Error e) {
                // Netty would only log the exception, and the daemon would wait for a response.
                breakOff(e);
            }
        });
    }

    /**
     * Closes the channel immediately, or prevents the channel from being accepted if this has not happened yet. Without
     * this, the HTTP/2 handlers would first try to send GOAWAY on the ended call, and wait for this write until the
     * event loop ends.
     */
    void end() {
        ended = true;
        listener.inLoop(() -> {
            if (isRegistered()) {
                unsafe().close(newPromise());
            }
        });
    }

    /** Returns whether the call has ended, so that the channel must not be accepted. */
    boolean isEnded() {
        return ended;
    }

    private void breakOff(Throwable cause) {
        call.cancel("the session failed in the client", cause);
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer pending) {
        try {
            write(pending);
        } catch (RuntimeException | Error e) {
            // Netty would close only the client's side of the connection.
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

    /** Moves pending bytes to the message until the message is full, and returns their number. */
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
        // The call delivers bytes at the pace at which they are handled, so that reading needs no request.
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
