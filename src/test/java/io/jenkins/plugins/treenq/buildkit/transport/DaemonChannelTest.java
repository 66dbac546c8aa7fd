// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.FakeDaemon;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.InfoRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.InfoResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DaemonChannelTest {
    private static final class Control extends ControlGrpc.ControlImplBase {
        @Override
        public void info(InfoRequest request, StreamObserver<InfoResponse> answer) {
            answer.onNext(InfoResponse.getDefaultInstance());
            answer.onCompleted();
        }
    }

    /** Selects a proxy for one port, and what was selected before for all others. */
    private record ProxyOfPort(int port, Proxy proxy, ProxySelector others) {
        ProxySelector selector() {
            return new ProxySelector() {
                @Override
                public List<Proxy> select(URI address) {
                    return address.getPort() == port
                            ? List.of(proxy)
                            : others == null ? List.of(Proxy.NO_PROXY) : others.select(address);
                }

                @Override
                public void connectFailed(URI address, SocketAddress proxy, IOException failure) {
                    // The call fails.
                }
            };
        }
    }

    @Test
    void daemonsAreConnectedToDirectlyWhateverProxyTheJvmHas() throws Exception {
        ProxySelector before = ProxySelector.getDefault();
        try (FakeDaemon daemon = new FakeDaemon(new Control());
                ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                EventLoops loops = new EventLoops()) {
            int port = daemon.endpoint().address().getPort();
            Proxy proxy = new Proxy(
                    Proxy.Type.HTTP, new InetSocketAddress(InetAddress.getLoopbackAddress(), closed.getLocalPort()));
            closed.close();
            ProxySelector.setDefault(new ProxyOfPort(port, proxy, before).selector());
            ManagedChannel channel = DaemonChannel.open(Endpoint.of("tcp://localhost:" + port, null), loops);
            try {
                assertEquals(
                        InfoResponse.getDefaultInstance(),
                        ControlGrpc.newBlockingStub(channel)
                                .withDeadlineAfter(2, TimeUnit.MINUTES)
                                .info(InfoRequest.getDefaultInstance()));
            } finally {
                channel.shutdownNow();
            }
        } finally {
            ProxySelector.setDefault(before);
        }
    }
}
