// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Certificates;
import io.jenkins.plugins.treenq.buildkit.registry.TokenServer.Answer;
import io.jenkins.plugins.treenq.buildkit.registry.TokenServer.Request;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class TokenClientTest {
    private static final String SECRET = "p&ss=wörd";
    private static final Optional<RegistryLogin> LOGIN = Optional.of(new RegistryLogin("me", SECRET));
    private static final List<String> SCOPES = List.of("repository:a/b:pull,push", "repository:c:pull");
    private static final Answer TOKEN = Answer.json("{\"token\":\"the-token\"}");

    private final RegistryConnection connection =
            RegistryConnection.builder().plainHttpOnLoopback(true).build();

    /** A request for a registry that is its own token server. */
    private static TokenRequest request(TokenServer server) {
        return request("localhost:" + server.port(), server.realm());
    }

    private static TokenRequest request(String host, URI realm) {
        return new TokenRequest(host, realm, "the service", SCOPES, "the-client");
    }

    private Token fetch(TokenRequest request, Optional<RegistryLogin> login) throws Exception {
        return new TokenClient(connection).fetch(request, login).get(2, TimeUnit.MINUTES);
    }

    /** Returns the error message, which does not contain the secret. */
    private static String refusal(RegistryConnection connection, TokenRequest request, Optional<RegistryLogin> login) {
        ExecutionException failure = assertThrows(
                ExecutionException.class,
                () -> new TokenClient(connection).fetch(request, login).get(2, TimeUnit.MINUTES));
        assertInstanceOf(TokenRefusedException.class, failure.getCause());
        StringWriter stack = new StringWriter();
        failure.printStackTrace(new PrintWriter(stack));
        assertFalse(stack.toString().contains(SECRET));
        String start =
                "no token for " + request.host() + " from " + request.realm().getRawAuthority() + ": ";
        assertTrue(
                failure.getCause().getMessage().startsWith(start),
                failure.getCause().getMessage());
        return failure.getCause().getMessage().substring(start.length());
    }

    @Test
    void aLoginIsSentAsAnOauthForm() throws Exception {
        String body = "{\"access_token\":\"the-token\",\"expires_in\":300,\"issued_at\":\"2026-01-02T03:04:05.6Z\"}";
        try (TokenServer server = TokenServer.plain(asked -> Answer.json(body))) {
            Token token = fetch(request(server), LOGIN);
            assertEquals("the-token", token.value());
            assertEquals(300, token.seconds());
            assertEquals(Instant.parse("2026-01-02T03:04:05Z").getEpochSecond(), token.issuedAt());
            assertFalse(token.toString().contains("the-token"));
            Request asked = server.requests().get(0);
            assertEquals(1, server.requests().size());
            assertEquals("POST", asked.method());
            assertEquals(
                    Map.of(
                            "scope", List.of("repository:a/b:pull,push repository:c:pull"),
                            "service", List.of("the service"),
                            "client_id", List.of("the-client"),
                            "grant_type", List.of("password"),
                            "username", List.of("me"),
                            "password", List.of(SECRET)),
                    asked.parameters());
            assertEquals("", asked.login());
        }
    }

    private static RegistryConnection.Builder through(int port, String authorization, List<String> exceptions) {
        HttpProxies.Proxy proxy = new HttpProxies.Proxy("127.0.0.1", port, authorization);
        return RegistryConnection.builder().proxies(new HttpProxies(proxy, proxy, exceptions));
    }

    @Test
    void tokensAreFetchedThroughTheProxyUnlessTheirServerIsExcepted() throws Exception {
        Certificates.Identity authority = Certificates.authority("ca");
        Certificates.Identity identity = Certificates.server(
                authority, "tokens.example.com", Instant.now().plusSeconds(3600));
        TokenRequest request = request("r.example.com", URI.create("https://tokens.example.com/token"));
        try (TokenServer server = TokenServer.tls(identity, asked -> TOKEN);
                TunnelProxy proxy = new TunnelProxy(server.port())) {
            RegistryConnection connection = through(proxy.port(), "", List.of())
                    .caPem(authority.certificatePem())
                    .build();
            assertEquals(
                    "the-token",
                    new TokenClient(connection)
                            .fetch(request, Optional.empty())
                            .get(2, TimeUnit.MINUTES)
                            .value());
            assertEquals(List.of("CONNECT tokens.example.com:443 HTTP/1.1"), proxy.tunnels());
            RegistryConnection excepted =
                    through(proxy.port(), "", List.of("example.com")).build();
            assertThrows(ExecutionException.class, () -> new TokenClient(excepted)
                    .fetch(request, Optional.empty())
                    .get(2, TimeUnit.MINUTES));
            assertEquals(1, proxy.tunnels().size());
        }
        try (TokenServer proxy = TokenServer.plain(asked -> asked.authorization() == null ? TOKEN : Answer.of(500))) {
            RegistryConnection connection = through(proxy.port(), "Basic bWU6cGFzcw==", List.of())
                    .plainHttp(true)
                    .build();
            TokenRequest plain = request("r.example.com", URI.create("http://tokens.example.com/token"));
            assertEquals(
                    "the-token",
                    new TokenClient(connection)
                            .fetch(plain, Optional.empty())
                            .get(2, TimeUnit.MINUTES)
                            .value());
            assertEquals("Basic bWU6cGFzcw==", proxy.requests().get(0).proxyAuthorization());
        }
        ExecutionException failure = assertThrows(ExecutionException.class, () -> new TokenClient(
                        through(1, "", List.of()).build())
                .fetch(request, Optional.empty())
                .get(2, TimeUnit.MINUTES));
        assertEquals(
                "no token for r.example.com from tokens.example.com through the proxy 127.0.0.1:1:"
                        + " it cannot be reached from here",
                failure.getCause().getMessage());
    }

    @Test
    void anIdentityTokenIsSentAsARefreshToken() throws Exception {
        try (TokenServer server = TokenServer.plain(asked -> TOKEN)) {
            assertEquals(
                    "the-token",
                    fetch(request(server), Optional.of(new RegistryLogin("", "identity")))
                            .value());
            Request asked = server.requests().get(0);
            assertEquals("refresh_token", asked.first("grant_type"));
            assertEquals("identity", asked.first("refresh_token"));
            assertFalse(asked.parameters().containsKey("password"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 401, 404, 405})
    void aServerWithoutTheFormGetsAGetRequest(int status) throws Exception {
        try (TokenServer server =
                TokenServer.plain(asked -> asked.method().equals("POST") ? Answer.of(status) : TOKEN)) {
            assertEquals("the-token", fetch(request(server), LOGIN).value());
            Request asked = server.requests().get(1);
            assertEquals("GET", asked.method());
            assertEquals("me:" + SECRET, asked.login());
            assertEquals(Map.of("service", List.of("the service"), "scope", SCOPES), asked.parameters());
        }
    }

    @Test
    void withoutALoginAGetRequestWithTheRealmsQueryIsSent() throws Exception {
        try (TokenServer server = TokenServer.plain(asked -> TOKEN)) {
            Token token =
                    fetch(request("localhost:1", URI.create(server.realm() + "?account=x#fragment")), Optional.empty());
            assertEquals(Token.DEFAULT_SECONDS, token.seconds());
            assertEquals(0, token.issuedAt());
            Request asked = server.requests().get(0);
            assertEquals(1, server.requests().size());
            assertEquals("", asked.login());
            assertEquals("x", asked.first("account"));
            assertEquals(SCOPES, asked.parameters().get("scope"));
        }
    }

    @Test
    void aRefusedLoginAndAServerErrorAreReported() throws Exception {
        for (Map.Entry<Integer, String> expected : Map.of(
                        401, "it refused the login (HTTP 401)",
                        403, "it refused the login (HTTP 403)",
                        500, "it answered with HTTP 500")
                .entrySet()) {
            try (TokenServer server = TokenServer.plain(
                    asked -> new Answer(expected.getKey(), "{\"details\":\"not " + SECRET + "\"}", Map.of()))) {
                assertEquals(expected.getValue(), refusal(connection, request(server), LOGIN));
            }
        }
        try (TokenServer server = TokenServer.plain(asked -> Answer.of(401))) {
            assertEquals(
                    "it refused a request without a login (HTTP 401)",
                    refusal(connection, request(server), Optional.empty()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[]", "not json", "{\"token\":\"\"}", "{\"token\":null}", "{\"token\":{}}"})
    void aResponseWithoutATokenIsAnError(String body) throws Exception {
        try (TokenServer server = TokenServer.plain(asked -> Answer.json(body))) {
            assertEquals("its response contains no token", refusal(connection, request(server), LOGIN));
        }
    }

    @Test
    void aTokenWithInvalidTimesIsAccepted() throws Exception {
        try (TokenServer server = TokenServer.plain(
                asked -> Answer.json("{\"token\":\"t\",\"expires_in\":\"soon\",\"issued_at\":\"once\"}"))) {
            assertEquals(Token.DEFAULT_SECONDS, fetch(request(server), LOGIN).seconds());
        }
    }

    @Test
    void anEndlessResponseIsRefused() throws Exception {
        String endless = "{\"token\":\"" + "x".repeat(3 << 20) + "\"}";
        try (TokenServer server = TokenServer.plain(asked -> Answer.json(endless))) {
            assertEquals("it broke the connection", refusal(connection, request(server), LOGIN));
        }
    }

    @Test
    void withALoginOnlyRedirectsToTheSameHostAreFollowed() throws Exception {
        try (TokenServer other = TokenServer.plain(asked -> TOKEN);
                TokenServer server = TokenServer.plain(asked -> switch (asked.path()) {
                    case "/token" -> new Answer(307, "", Map.of("Location", "/moved"));
                    case "/away" ->
                        new Answer(307, "", Map.of("Location", other.realm().toString()));
                    case "/round" -> new Answer(307, "", Map.of("Location", "/round"));
                    case "/clear" -> new Answer(307, "", Map.of("Location", "http://example.com/"));
                    default -> TOKEN;
                })) {
            assertEquals("the-token", fetch(request(server), LOGIN).value());
            assertEquals("/moved", server.requests().get(1).path());
            assertEquals(SECRET, server.requests().get(1).first("password"));
            String host = "localhost:" + server.port();
            assertEquals(
                    "it redirects to another host, which must not receive the login",
                    refusal(connection, request(host, server.realm().resolve("/away")), LOGIN));
            assertEquals(0, other.requests().size());
            assertEquals(
                    "the-token",
                    fetch(request(host, server.realm().resolve("/away")), Optional.empty())
                            .value());
            assertEquals(
                    "it redirects too often",
                    refusal(connection, request(host, server.realm().resolve("/round")), LOGIN));
            assertEquals(
                    "it redirects to an address without TLS, which is used only where plain HTTP is allowed",
                    refusal(connection, request(host, server.realm().resolve("/clear")), LOGIN));
        }
    }

    @Test
    void aLoginIsSentOnlyToTheTokenServerThatTheRegistryNames() throws Exception {
        try (TokenServer server = TokenServer.plain(asked -> TOKEN);
                TokenServer registry = TokenServer.plain(asked -> new Answer(
                        401, "", Map.of("WWW-Authenticate", "Bearer realm=\"" + server.realm() + "\",service=\"s\"")));
                TokenServer other = TokenServer.plain(asked -> new Answer(
                        401,
                        "",
                        Map.of("WWW-Authenticate", "Basic realm=\"x\", Bearer realm=\"https://example.com/\"")))) {
            assertEquals(
                    "the-token",
                    fetch(request("localhost:" + registry.port(), server.realm()), LOGIN)
                            .value());
            assertEquals("/v2/", registry.requests().get(0).path());
            assertEquals(1, server.requests().size());
            assertEquals(
                    "the registry names another token server, so the login is not sent to this one",
                    refusal(connection, request("localhost:" + other.port(), server.realm()), LOGIN));
            assertEquals(
                    "the registry cannot confirm the address (it cannot be reached from here)",
                    refusal(connection, request("localhost:1", server.realm()), LOGIN));
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void plainHttpIsUsedOnlyOnThisMachineOrIfAllowed() throws Exception {
        try (TokenServer server = TokenServer.plain(asked -> TOKEN)) {
            String line = TokenHttpClient.WITHOUT_TLS;
            assertEquals(line, refusal(connection, request("registry.example.com", server.realm()), Optional.empty()));
            for (String realm : List.of("http://example.com/", "file:///etc/passwd")) {
                assertEquals(
                        line,
                        refusal(connection, request("localhost:5000", URI.create(realm)), Optional.empty()),
                        realm);
            }
            assertEquals(
                    "it has no valid address",
                    refusal(connection, request("localhost:5000", URI.create("/etc/passwd")), LOGIN));
            assertEquals(0, server.requests().size());
            RegistryConnection plain =
                    RegistryConnection.builder().plainHttp(true).build();
            Token token = new TokenClient(plain)
                    .fetch(request("registry.example.com", server.realm()), Optional.empty())
                    .get();
            assertEquals("the-token", token.value());
        }
    }

    @Test
    void plainHttpOnThisMachineMustBeAllowed() throws Exception {
        try (TokenServer server = TokenServer.plain(asked -> TOKEN)) {
            for (String registry : List.of("localhost:" + server.port(), "localhost:5000")) {
                for (Optional<RegistryLogin> login : List.of(LOGIN, Optional.<RegistryLogin>empty())) {
                    assertEquals(
                            TokenHttpClient.WITHOUT_TLS,
                            refusal(RegistryConnection.DEFAULT, request(registry, server.realm()), login));
                }
            }
            TokenClient learned = new TokenClient(RegistryConnection.DEFAULT);
            learned.allowRealm("localhost:5000", server.realm());
            assertThrows(ExecutionException.class, () -> learned.fetch(request("localhost:5000", server.realm()), LOGIN)
                    .get());
            assertEquals(List.of(), server.requests());
        }
    }

    /** A daemon names a token server without TLS. */
    @Test
    void aLoginIsNotSentWithoutTlsToARegistryThatSupportsTls() throws Exception {
        InetAddress host = InetAddress.getLocalHost();
        assumeTrue(
                host.isLoopbackAddress() && !RegistryHost.isLoopback(host.getHostName()),
                "needs another name than localhost for this machine's loopback address");
        Certificates.Identity authority = Certificates.authority("authority");
        RegistryConnection allowed = RegistryConnection.builder()
                .plainHttp(true)
                .caPem(authority.certificatePem())
                .build();
        Certificates.Identity identity =
                Certificates.server(authority, host.getHostName(), Instant.now().plusSeconds(3600));
        try (TokenServer tls = TokenServer.tls(identity, asked -> TOKEN)) {
            String registry = host.getHostName() + ":" + tls.port();
            assertEquals(
                    "the registry names another token server, so the login is not sent to this one",
                    refusal(allowed, request(registry, URI.create("http://" + registry + "/token")), LOGIN));
            assertEquals(
                    List.of("/v2/"), tls.requests().stream().map(Request::path).toList());
        }
    }

    @Test
    void certificatesAreVerifiedWithTheConfiguredCas() throws Exception {
        Certificates.Identity authority = Certificates.authority("authority");
        Instant end = Instant.now().plusSeconds(3600);
        try (TokenServer right = TokenServer.tls(Certificates.server(authority, "localhost", end), asked -> TOKEN);
                TokenServer wrong = TokenServer.tls(Certificates.server(authority, "elsewhere", end), asked -> TOKEN)) {
            String line = "it has a certificate that is not trusted or is for another host";
            RegistryConnection trusting = RegistryConnection.builder()
                    .caPem(authority.certificatePem())
                    .build();
            RegistryConnection insecure =
                    RegistryConnection.builder().insecure(true).build();
            assertEquals(line, refusal(connection, request(right), LOGIN));
            assertEquals(line, refusal(trusting, request(wrong), LOGIN));
            for (Map.Entry<RegistryConnection, TokenServer> pair :
                    List.of(Map.entry(trusting, right), Map.entry(insecure, wrong))) {
                assertEquals(
                        "the-token",
                        new TokenClient(pair.getKey())
                                .fetch(request(pair.getValue()), LOGIN)
                                .get()
                                .value());
            }
        }
    }

    @Test
    void invalidCertificatesAreRefused() {
        assertThrows(
                BuildkitException.InvalidRequestException.class,
                () -> new TokenClient(RegistryConnection.builder().caPem("none").build()));
        assertThrows(
                BuildkitException.InvalidRequestException.class,
                () -> new TokenClient(RegistryConnection.builder()
                        .clientCertificate("none", "none")
                        .build()));
    }

    @Test
    void dockerHubHasOneNameAndLoopbackIsDetected() {
        for (String name :
                List.of("docker.io", "index.docker.io", "registry-1.docker.io", "https://index.docker.io/v1/")) {
            assertEquals("docker.io", RegistryHost.canonical(name));
        }
        assertEquals("ghcr.io", RegistryHost.canonical("ghcr.io"));
        for (String name :
                List.of("localhost", "LOCALHOST:5000", "127.0.0.1:80", "127.1.2.3", "[::1]:5000", "a.localhost")) {
            assertTrue(RegistryHost.isLoopback(name), name);
        }
        for (String name :
                List.of("localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "example.com:5000", "")) {
            assertFalse(RegistryHost.isLoopback(name), name);
        }
    }
}
