// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.registry.TokenRegistry;
import io.jenkins.plugins.treenq.buildkit.registry.TokenServer.Request;
import io.jenkins.plugins.treenq.buildkit.registry.TokenSource;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Registries that require tokens: the daemon requests them with the login, or the client does and keeps the login. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class TokenRequestTest {
    /** The token server of these tests has no TLS. */
    private static final RegistryConnection PLAIN =
            RegistryConnection.builder().plainHttp(true).build();

    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    @TempDir
    Path scratch;

    private TokenRegistry registry;

    @BeforeEach
    void start() throws Exception {
        registry = new TokenRegistry(scratch);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private static TokenSource.Builder source() {
        return TokenSource.builder().connection(PLAIN);
    }

    private static RegistryLogin login(String name) {
        return new RegistryLogin(name, "secret-" + name);
    }

    /** The same login for everything in the registry. */
    private RegistryLogins logins(String host, RegistryLogin login, TokenSource source) {
        return new RegistryLogins() {
            @Override
            public Optional<RegistryLogin> find(String asked) {
                return Optional.of(login).filter(it -> asked.equals(host));
            }

            @Override
            public Optional<TokenSource> tokens(String asked) {
                return Optional.ofNullable(source).filter(it -> asked.equals(host));
            }
        };
    }

    private RegistryLogins all(TokenSource source) {
        return logins(registry.host(), login("all"), source);
    }

    private String push(String repository, String dockerfile, RegistryLogins logins) throws Exception {
        Builds.dockerfile(folder, dockerfile);
        Files.writeString(folder.resolve("file"), repository + System.nanoTime());
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            return client.build(
                            Builds.request(Builds.push(registry.host() + "/" + repository))
                                    .build(),
                            Builds.content(folder, logins),
                            BuildListener.NONE)
                    .digest()
                    .orElseThrow()
                    .value();
        }
    }

    private Set<String> agents() {
        return registry.requests().stream()
                .map(request -> request.userAgent().replaceFirst("[/ ].*", ""))
                .collect(Collectors.toSet());
    }

    @Test
    void byDefaultTheDaemonRequestsTheTokens() throws Exception {
        push("app", "FROM scratch\nCOPY file /\n", all(null));
        assertFalse(registry.requests().isEmpty());
        assertFalse(agents().contains("treenq"), agents().toString());
    }

    @Test
    void theClientRequestsTheTokensAndDoesNotSendTheLogin() throws Exception {
        push("app", "FROM scratch\nCOPY file /\n", all(source().build()));
        assertEquals(Set.of("treenq"), agents());
        Request asked = registry.requests().get(0);
        assertEquals("POST", asked.method());
        assertEquals("secret-all", asked.first("password"));
        assertTrue(asked.first("scope").contains("repository:app:pull,push"), asked.first("scope"));
    }

    @Test
    void aBuildCanUseDifferentLoginsForRepositories() throws Exception {
        push("base", "FROM scratch\nCOPY file /base\n", all(source().build()));
        int before = registry.requests().size();
        TokenSource source = source().build();
        RegistryLogins logins = new RegistryLogins() {
            @Override
            public Optional<RegistryLogin> find(String host) {
                return Optional.empty();
            }

            @Override
            public Optional<RegistryLogin> find(String host, List<String> scopes) {
                boolean app = scopes.stream().anyMatch(scope -> scope.startsWith("repository:app:"));
                return Optional.of(login(app ? "app" : "base"));
            }

            @Override
            public Optional<TokenSource> tokens(String host) {
                return Optional.of(source).filter(it -> host.equals(registry.host()));
            }
        };
        push("app", "FROM " + registry.host() + "/base\nCOPY file /app\n", logins);
        assertEquals(
                List.of("app", "base"),
                registry.requests().stream()
                        .skip(before)
                        .map(request -> request.first("username"))
                        .distinct()
                        .sorted()
                        .toList());
        assertThrows(
                BuildkitException.RegistryRefusedException.class,
                () -> push("third", "FROM scratch\nCOPY file /\n", logins));
    }

    /** Only tokens for pulls are shared between sessions, never those for pushes ({@code util/resolver/pool.go}). */
    @Test
    void sessionsShareTokensOnlyWithTheSameSeed() throws Exception {
        push("base", "FROM scratch\nCOPY file /base\n", all(null));
        byte[] seed = "a seed of these tests".getBytes(StandardCharsets.UTF_8);
        int[] asked = new int[4];
        for (int build = 0; build < 4; build++) {
            byte[] own = build == 3 ? "another seed for it".getBytes(StandardCharsets.UTF_8) : seed;
            String name = build == 2 ? "base" : "all";
            Builds.dockerfile(folder, "FROM " + registry.host() + "/base\n");
            int before = registry.requests().size();
            try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
                client.build(
                        Builds.request().build(),
                        Builds.content(
                                folder,
                                logins(
                                        registry.host(),
                                        login(name),
                                        TokenSource.builder(own)
                                                .connection(PLAIN)
                                                .build())),
                        BuildListener.NONE);
            }
            asked[build] = registry.requests().size() - before;
        }
        assertTrue(asked[0] > 0, "the first session must request a token");
        assertEquals(0, asked[1], "the second session has the same seed and login, and must request no token");
        assertTrue(asked[2] > 0, "the third session has another login, and must request a token");
        assertTrue(asked[3] > 0, "the fourth session has another seed, and must request a token");
    }

    @Test
    void aRefusedLoginIsReportedAndNotRepeated() {
        RegistryLogins wrong = logins(registry.host(), new RegistryLogin("all", "wrong-secret"), source().build());
        BuildkitException.RegistryRefusedException refused = assertThrows(
                BuildkitException.RegistryRefusedException.class,
                () -> push("app", "FROM scratch\nCOPY file /\n", wrong));
        assertTrue(
                refused.getMessage().contains("no token for " + registry.host() + " from localhost:"),
                refused.getMessage());
        assertTrue(refused.getMessage().contains("it refused the login (HTTP 401)"), refused.getMessage());
        StringWriter stack = new StringWriter();
        refused.printStackTrace(new PrintWriter(stack));
        assertFalse(stack.toString().contains("wrong-secret"));
    }

    @Test
    void aLoginIsSentToTheDaemonOnlyIfSharingIsAllowed() throws Exception {
        String image = daemon.registry() + "/client/token-" + daemon.version();
        for (boolean shared : new boolean[] {true, false}) {
            RegistryLogins logins = logins(
                    daemon.registry(),
                    daemon.login(),
                    source().sharingLogin(shared).build());
            Builds.dockerfile(folder, "FROM scratch\nCOPY file /\n");
            Files.writeString(folder.resolve("file"), "" + System.nanoTime());
            try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
                if (shared) {
                    client.build(
                            Builds.request(Builds.push(image)).build(),
                            Builds.content(folder, logins),
                            BuildListener.NONE);
                } else {
                    BuildkitException refused = assertThrows(
                            BuildkitException.class,
                            () -> client.build(
                                    Builds.request(Builds.push(image)).build(),
                                    Builds.content(folder, logins),
                                    BuildListener.NONE));
                    assertTrue(
                            refused.getMessage().contains("the registry requires the login itself"),
                            refused.getMessage());
                    assertFalse(refused.getMessage().contains(daemon.login().secret()));
                }
            }
        }
    }
}
