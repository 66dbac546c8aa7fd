// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Certificates;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.Tls;
import io.jenkins.plugins.treenq.buildkit.wire.control.ControlGrpc;
import io.jenkins.plugins.treenq.buildkit.wire.control.InfoRequest;
import io.jenkins.plugins.treenq.buildkit.wire.control.InfoResponse;
import io.jenkins.plugins.treenq.buildkit.wire.worker.BuildkitVersion;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Problems with an address or certificate are reported in one line. */
class ConnectionFailureTest {
    private static final String DAEMONS = "io.jenkins.plugins.treenq.buildkit.Daemon#all";
    private static final Instant TOMORROW = Instant.now().plus(Duration.ofDays(1));
    private static final Instant YESTERDAY = Instant.now().minus(Duration.ofDays(1));

    private static String refusal(Class<? extends BuildkitException> kind, Endpoint endpoint) {
        BuildkitException refusal =
                assertThrows(kind, () -> BuildkitClient.connect(endpoint).close());
        assertFalse(refusal.getMessage().contains("\n"), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(endpoint.address().toString()), refusal.getMessage());
        return refusal.getMessage();
    }

    private static void assertSays(String part, String message) {
        assertTrue(message.contains(part), message);
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void versionAndWorkersAreReadOverTlsAndOverASocket(Daemon daemon) throws Exception {
        for (Endpoint endpoint : new Endpoint[] {daemon.endpoint(), Endpoint.of(daemon.socket(), null)}) {
            try (BuildkitClient client = BuildkitClient.connect(endpoint)) {
                assertEquals(daemon.version(), client.info().version());
                assertSays("linux/amd64", client.workers().get(0).platforms().toString());
                assertEquals("overlayfs", client.workers().get(0).label("snapshotter"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void aDaemonWithACertificateOfAnotherCaIsNotTrusted(Daemon daemon) throws Exception {
        Tls tls =
                new Tls("", Certificates.authority("other").certificatePem(), daemon.certificatePem(), daemon.keyPem());
        assertSays(
                "not trusted",
                refusal(BuildkitException.TlsRefusedException.class, Endpoint.of(daemon.address(), tls)));
    }

    /** A CA with the same name and another key, as {@code buildkit/certs} creates in another folder. */
    @Test
    void anotherCaOfTheSameNameIsReported() throws Exception {
        Certificates.Identity right = Certificates.authority("ca");
        try (TestServer server = new TestServer(Certificates.server(right, "localhost", TOMORROW), "v0.23.0")) {
            Tls tls = new Tls("localhost", Certificates.authority("ca").certificatePem(), "", "");
            assertSays(
                    "is signed by another CA than the configured one, which has the same name and another key",
                    refusal(BuildkitException.TlsRefusedException.class, server.endpoint(tls)));
        }
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void aDaemonRefusesAClientWithoutACertificateOfItsCa(Daemon daemon) throws Exception {
        Certificates.Identity stranger = Certificates.authority("stranger");
        for (Tls tls : new Tls[] {
            new Tls("", daemon.caPem(), "", ""),
            new Tls("", daemon.caPem(), stranger.certificatePem(), stranger.keyPem())
        }) {
            assertSays(
                    "refused the client certificate",
                    refusal(BuildkitException.TlsRefusedException.class, Endpoint.of(daemon.address(), tls)));
        }
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void theServerNameIsTheNameThatTheCertificateMustHave(Daemon daemon) throws Exception {
        Tls right = new Tls("localhost", daemon.caPem(), daemon.certificatePem(), daemon.keyPem());
        BuildkitClient.connect(Endpoint.of(daemon.address(), right)).close();
        Tls wrong = new Tls("buildkit.example.com", daemon.caPem(), daemon.certificatePem(), daemon.keyPem());
        assertSays(
                "another host",
                refusal(BuildkitException.TlsRefusedException.class, Endpoint.of(daemon.address(), wrong)));
    }

    @ParameterizedTest
    @MethodSource(DAEMONS)
    void aDaemonThatRequiresTlsIsReportedWithoutTls(Daemon daemon) {
        assertSays(
                "certificates",
                refusal(BuildkitException.UnreachableException.class, Endpoint.of(daemon.address(), null)));
    }

    @Test
    void anExpiredCertificateOfTheDaemonIsReported() throws Exception {
        Certificates.Identity authority = Certificates.authority("ca");
        try (TestServer server = new TestServer(Certificates.server(authority, "localhost", YESTERDAY), "v0.23.0")) {
            Tls tls = new Tls("localhost", authority.certificatePem(), "", "");
            assertSays("expired", refusal(BuildkitException.TlsRefusedException.class, server.endpoint(tls)));
        }
    }

    /** A server that supports TLS 1.1 at most responds with a fatal alert; these are the bytes of OpenSSL. */
    @Test
    void aServerWithAnOldTlsVersionIsReported() throws Exception {
        byte[] protocolVersion = {0x15, 3, 2, 0, 2, 2, 70};
        byte[] internalError = {0x15, 3, 3, 0, 2, 2, 80};
        assertSays(" does not support TLS 1.2 or newer", refusalOfServer(protocolVersion));
        assertSays(" broke off the TLS handshake (internal error)", refusalOfServer(internalError));
    }

    private static String refusalOfServer(byte[] answer) throws Exception {
        Tls tls = new Tls("localhost", Certificates.authority("ca").certificatePem(), "", "");
        try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> {
                while (!server.isClosed()) {
                    try (Socket socket = server.accept()) {
                        socket.getInputStream().read();
                        socket.getOutputStream().write(answer);
                        // The socket is closed only after the client has received the response.
                        socket.shutdownOutput();
                        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        // The client, or the test, has ended.
                    }
                }
            });
            answering.start();
            return refusal(
                    BuildkitException.TlsRefusedException.class,
                    Endpoint.of("tcp://127.0.0.1:" + server.getLocalPort(), tls));
        }
    }

    @Test
    void aMismatchedKeyAndAMissingKeyOrCertificateAreReported() {
        Certificates.Identity one = Certificates.authority("one");
        Certificates.Identity other = Certificates.authority("other");
        Certificates.Identity ec = Certificates.server(one, "ec", TOMORROW);
        String ca = one.certificatePem();
        for (String key : new String[] {other.keyPem(), ec.keyPem()}) {
            assertEquals(
                    "the client key does not belong to the client certificate of CN=one; configure the key that belongs to"
                            + " this certificate",
                    invalid(new Tls("", ca, one.certificatePem(), key)));
        }
        assertEquals(
                "there is a client certificate without a client key; configure both or neither",
                invalid(new Tls("", ca, one.certificatePem(), "")));
        assertEquals(
                "there is a client key without a client certificate; configure both or neither",
                invalid(new Tls("", ca, "", one.keyPem())));
    }

    private static String invalid(Tls tls) {
        return assertThrows(BuildkitException.InvalidRequestException.class, () -> BuildkitClient.connect(
                                Endpoint.of("tcp://127.0.0.1:1", tls))
                        .close())
                .getMessage();
    }

    @Test
    void anUnsupportedDaemonVersionIsReported() throws Exception {
        Certificates.Identity authority = Certificates.authority("ca");
        Tls tls = new Tls("localhost", authority.certificatePem(), "", "");
        Certificates.Identity identity = Certificates.server(authority, "localhost", TOMORROW);
        try (TestServer server = new TestServer(identity, "v0.11.6")) {
            assertSays("v0.11.6", refusal(BuildkitException.UnreachableException.class, server.endpoint(tls)));
        }
        try (TestServer server = new TestServer(identity, null)) {
            assertSays("v0.12 or newer", refusal(BuildkitException.UnreachableException.class, server.endpoint(tls)));
        }
    }

    @Test
    void aPortWithoutAListenerIsReported() throws Exception {
        assertSays(
                "nothing listens",
                refusal(BuildkitException.UnreachableException.class, Endpoint.of("tcp://127.0.0.1:1", null)));
        assertSays(
                "no socket",
                refusal(
                        BuildkitException.UnreachableException.class,
                        Endpoint.of("unix:///nowhere/buildkitd.sock", null)));
        assertSays(
                "cannot be resolved",
                refusal(BuildkitException.UnreachableException.class, Endpoint.of("tcp://nobody.invalid:1234", null)));
    }

    @Test
    void aServerThatNeverAnswersIsReportedAfterTheTimeout() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Endpoint endpoint =
                    new Endpoint(URI.create("tcp://127.0.0.1:" + silent.getLocalPort()), null, Duration.ofSeconds(1));
            assertSays("did not answer within 1 s", refusal(BuildkitException.UnreachableException.class, endpoint));
        }
    }

    @Test
    void invalidKeysAndCertificatesAreRefusedBeforeAnythingIsSent() {
        Certificates.Identity identity = Certificates.authority("client");
        assertThrows(
                BuildkitException.InvalidRequestException.class,
                () -> BuildkitClient.connect(
                        Endpoint.of("tcp://127.0.0.1:1", new Tls("", "", identity.certificatePem(), "no key"))));
        assertThrows(
                BuildkitException.InvalidRequestException.class,
                () -> BuildkitClient.connect(Endpoint.of("tcp://127.0.0.1:1", new Tls("", "no certificate", "", ""))));
    }

    /** Answers the version request with the given version, or not at all if the version is null. */
    private static final class TestServer implements AutoCloseable {
        private final Server server;

        TestServer(Certificates.Identity identity, String version) throws Exception {
            NettyServerBuilder builder = NettyServerBuilder.forAddress(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sslContext(GrpcSslContexts.configure(
                                    SslContextBuilder.forServer(identity.keys().getPrivate(), identity.certificate()),
                                    SslProvider.JDK)
                            .build());
            if (version != null) {
                builder.addService(info(version));
            }
            server = builder.build().start();
        }

        private static BindableService info(String version) {
            return new ControlGrpc.ControlImplBase() {
                @Override
                public void info(InfoRequest request, StreamObserver<InfoResponse> answer) {
                    answer.onNext(InfoResponse.newBuilder()
                            .setBuildkitVersion(BuildkitVersion.newBuilder().setVersion(version))
                            .build());
                    answer.onCompleted();
                }
            };
        }

        Endpoint endpoint(Tls tls) {
            return Endpoint.of("tcp://127.0.0.1:" + server.getPort(), tls);
        }

        @Override
        public void close() {
            server.shutdownNow();
        }
    }
}
