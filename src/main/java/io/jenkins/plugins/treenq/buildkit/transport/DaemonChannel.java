// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import io.grpc.ManagedChannel;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.TimeUnit;

/** Creates the HTTP/2 channel that all calls of a client share. */
public final class DaemonChannel {
    /** BuildKit has the same limit in both directions (containerd's defaults, {@code defaults.go}). */
    public static final int MAX_MESSAGE_BYTES = 16 << 20;

    /**
     * A typed error contains the whole Dockerfile in a trailer. With gRPC's default limit of 8 KiB, the client would
     * receive an internal error instead.
     */
    public static final int MAX_METADATA_BYTES = 8 << 20;

    /**
     * Pings are sent only during calls, because the daemon closes connections that send frequent pings while they are
     * idle. It also closes those on which it has sent nothing between several pings, so that calls without a session
     * need a heartbeat.
     */
    private static final long KEEPALIVE_SECONDS = 60;

    private DaemonChannel() {}

    public static ManagedChannel open(Endpoint endpoint, EventLoops loops)
            throws BuildkitException.InvalidRequestException {
        NettyChannelBuilder builder =
                switch (endpoint.address().getScheme()) {
                    case "unix" ->
                        NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(
                                        endpoint.address().getPath()))
                                .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
                                .overrideAuthority("localhost");
                    case "dns" -> named(endpoint.address()).channelType(NioSocketChannel.class);
                    default ->
                        NettyChannelBuilder.forAddress(
                                        endpoint.address().getHost(),
                                        endpoint.address().getPort())
                                .channelType(NioSocketChannel.class);
                };
        if (endpoint.tls() == null) {
            builder.negotiationType(NegotiationType.PLAINTEXT);
        } else {
            builder.sslContext(TlsContexts.of(endpoint.tls()));
            if (!endpoint.tls().serverName().isBlank()) {
                builder.overrideAuthority(endpoint.tls().serverName().trim());
            }
        }
        return OpenCensusSuppression.off(builder)
                .eventLoopGroup(loops.io())
                .withOption(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(endpoint.connectTimeout().toMillis()))
                .executor(loops.workers())
                .offloadExecutor(loops.workers())
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .disableRetry()
                // A proxy of the JVM is for web servers. Daemons are connected to directly, as by BuildKit's own
                // client.
                .proxyDetector(address -> null)
                .userAgent("treenq")
                .build();
    }

    /** Connects to any daemon of a DNS name, or to the one that the address gives. */
    private static NettyChannelBuilder named(URI address) throws BuildkitException.InvalidRequestException {
        if (address.getFragment() == null) {
            return NettyChannelBuilder.forTarget(address.toString());
        }
        InetAddress ip = NetUtil.createInetAddressFromIpAddressString(address.getFragment());
        String name = address.getPath().substring(1);
        int colon = name.lastIndexOf(':');
        if (ip == null || colon < 0) {
            throw new BuildkitException.InvalidRequestException(
                    address + " is not the address of one daemon; write dns:///host:port#ip");
        }
        return NettyChannelBuilder.forAddress(new InetSocketAddress(ip, Integer.parseInt(name.substring(colon + 1))))
                .overrideAuthority(name);
    }
}
