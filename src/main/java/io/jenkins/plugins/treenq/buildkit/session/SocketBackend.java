// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.ssh.AgentFrames;
import io.jenkins.plugins.treenq.buildkit.ssh.AgentMessage;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Forwards requests to an SSH agent on the client's machine. Only requests to list keys and to sign are forwarded,
 * because a build step must not add, remove or lock keys that other processes use, too
 * ({@code sshprovider/agentprovider.go}).
 */
final class SocketBackend extends SimpleChannelInboundHandler<ByteBuf> implements SshAgentConnection.Backend {
    private final Path path;
    private final EventLoops loops;
    private final SshAgentConnection call;
    private final Consumer<Throwable> onFailure;
    private final AgentFrames answers = new AgentFrames();

    /** Null until the first request. */
    private ChannelFuture connection;

    /** @param onFailure receives unexpected errors */
    SocketBackend(Path path, EventLoops loops, SshAgentConnection call, Consumer<Throwable> onFailure) {
        this.path = path;
        this.loops = loops;
        this.call = call;
        this.onFailure = onFailure;
    }

    @Override
    public void request(byte[] request) {
        if (!AgentMessage.isAllowed(request)) {
            call.answer(AgentMessage.refusal(request));
            return;
        }
        if (connection == null) {
            connection = AgentSocket.connect(path, loops, this);
        }
        connection.addListener((ChannelFutureListener) connected -> {
            if (connected.isSuccess()) {
                connected
                        .channel()
                        .writeAndFlush(Unpooled.wrappedBuffer(AgentFrames.framed(request)))
                        .addListener(written -> {
                            if (!written.isSuccess()) {
                                broken(written.cause());
                            }
                        });
                connected.channel().read();
            } else {
                call.end(AgentSocket.unreachable(path));
            }
        });
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
        answers.feed(bytes.nioBuffer());
        try {
            Optional<byte[]> answer = answers.next();
            if (answer.isPresent()) {
                call.answer(answer.get());
            } else {
                context.read();
            }
        } catch (AgentFrames.Malformed e) {
            call.end(Status.INTERNAL.withDescription("the SSH agent sent an invalid response"));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        call.end(null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        broken(cause);
    }

    private void broken(Throwable cause) {
        if (cause instanceof Error) {
            onFailure.accept(cause);
        }
        call.end(Status.UNAVAILABLE.withDescription("the connection to the SSH agent broke"));
    }

    @Override
    public void close() {
        if (connection != null) {
            connection.channel().close();
        }
    }
}
