// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.jenkins.plugins.treenq.buildkit.transport.DaemonChannel;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * A server in this process with responses that the test defines, for cases that cannot be caused with a real daemon.
 */
public final class FakeDaemon implements AutoCloseable {
    private final Server server;
    private final EventLoops loops = new EventLoops();
    private final io.grpc.ManagedChannel channel;

    public FakeDaemon(BindableService... services) throws IOException, BuildkitException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .maxInboundMetadataSize(1 << 20);
        for (BindableService service : services) {
            builder.addService(service);
        }
        server = builder.build().start();
        channel = DaemonChannel.open(endpoint(), loops);
    }

    public Endpoint endpoint() {
        return Endpoint.of("tcp://127.0.0.1:" + server.getPort(), null);
    }

    public io.grpc.ManagedChannel channel() {
        return channel;
    }

    public EventLoops loops() {
        return loops;
    }

    @Override
    public void close() throws InterruptedException {
        channel.shutdownNow();
        server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        loops.close();
    }
}
