// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;
import io.jenkins.plugins.treenq.buildkit.wire.ssh.BytesMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DuplexChannel;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A connection of a build step to a Unix socket on the client's machine. The bytes are passed through unchanged, in
 * each direction at the pace of the slower side ({@code session/sshforward/copy.go}). When the socket is closed, the
 * call ends as well, because a gRPC server cannot half-close a call.
 */
final class RawSocket extends SimpleChannelInboundHandler<ByteBuf> implements StreamObserver<BytesMessage> {
    private final ServerCallStreamObserver<BytesMessage> step;
    private final ChannelFuture connected;
    private final Channel socket;
    private final Consumer<Throwable> onFailure;

    /** Accessed only by the socket's event loop, which is the only thread that writes to the call. */
    private boolean over;

    /** @param onFailure receives unexpected errors */
    RawSocket(ServerCallStreamObserver<BytesMessage> step, Path path, EventLoops loops, Consumer<Throwable> onFailure) {
        this.step = step;
        this.onFailure = onFailure;
        step.disableAutoRequest();
        this.connected = AgentSocket.connect(path, loops, this);
        this.socket = connected.channel();
        connected.addListener(connection -> {
            if (connection.isSuccess()) {
                step.request(1);
                socket.read();
            } else {
                end(socket, AgentSocket.unreachable(path));
            }
        });
        step.setOnReadyHandler(socket::read);
        step.setOnCancelHandler(socket::close);
    }

    @Override
    public void onNext(BytesMessage message) {
        ByteBuf bytes = Unpooled.wrappedBuffer(message.getData().asReadOnlyByteBuffer());
        socket.writeAndFlush(bytes).addListener(written -> {
            if (written.isSuccess()) {
                step.request(1);
            }
        });
    }

    @Override
    public void onCompleted() {
        // A step can end its output before the socket is connected, and only a connected socket can be shut down.
        connected.addListener(connection -> {
            if (connection.isSuccess()) {
                // The empty write completes after all pending writes, so that the output is shut down after them.
                socket.writeAndFlush(Unpooled.EMPTY_BUFFER)
                        .addListener(written -> ((DuplexChannel) socket).shutdownOutput());
            }
        });
    }

    @Override
    public void onError(Throwable failure) {
        socket.close();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
        if (!over) {
            step.onNext(BytesMessage.newBuilder()
                    .setData(ByteString.copyFrom(bytes.nioBuffer()))
                    .build());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (step.isReady()) {
            context.read();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end(context.channel(), null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof Error) {
            onFailure.accept(cause);
        }
        end(context.channel(), Status.UNAVAILABLE.withDescription("the connection to the socket broke"));
    }

    private void end(Channel channel, Status failure) {
        if (over) {
            return;
        }
        over = true;
        channel.close();
        if (step.isCancelled()) {
            return;
        }
        if (failure == null) {
            step.onCompleted();
        } else {
            step.onError(failure.asRuntimeException());
        }
    }
}
