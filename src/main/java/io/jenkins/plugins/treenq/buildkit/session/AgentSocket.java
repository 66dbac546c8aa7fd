// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/** Connects to Unix sockets on the client's machine, on the event loops' I/O threads. */
final class AgentSocket {
    private AgentSocket() {}

    /**
     * Connects to a socket. The channel reads nothing until the handler requests a read. When the peer closes the
     * connection, the channel closes.
     */
    static ChannelFuture connect(Path path, EventLoops loops, ChannelHandler handler) {
        return new Bootstrap()
                .group(loops.io())
                .channel(NioDomainSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .handler(handler)
                .connect(UnixDomainSocketAddress.of(path));
    }

    static Status unreachable(Path path) {
        return Status.UNAVAILABLE.withDescription("no SSH agent answers at the socket '" + path + "'");
    }
}
