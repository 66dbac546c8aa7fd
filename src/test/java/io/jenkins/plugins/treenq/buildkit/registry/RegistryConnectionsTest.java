// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RegistryConnectionsTest {
    private static final String LOGIN =
            Base64.getEncoder().encodeToString("user:pass:word".getBytes(StandardCharsets.UTF_8));

    private static RegistryConnections connections(String authorization) {
        HttpProxies.Proxy proxy = new HttpProxies.Proxy("proxy.example.com", 3128, authorization);
        HttpProxies proxies = new HttpProxies(proxy, proxy, List.of("direct.example.com"));
        RegistryConnection known = RegistryConnection.builder()
                .caPem("ca")
                .clientCertificate("certificate", "key")
                .insecure(true)
                .plainHttp(true)
                .plainHttpOnLoopback(true)
                .mirrors(List.of("mirror.example.com"))
                .proxies(proxies)
                .build();
        return new RegistryConnections(
                Map.of("a.example.com", known),
                RegistryConnection.builder().proxies(proxies).build());
    }

    private static Set<String> logins(RegistryConnections connections) {
        return Stream.of("a.example.com", "b.example.com")
                .map(host -> connections.of(host).proxies())
                .flatMap(proxies -> Stream.of(proxies.http(), proxies.https()))
                .map(HttpProxies.Proxy::authorization)
                .collect(Collectors.toSet());
    }

    @Test
    void connectionsWithoutProxyLoginsAreOtherwiseTheSame() {
        RegistryConnections with = connections("Basic " + LOGIN);
        RegistryConnections without = with.withoutProxyLogins();

        assertEquals(Set.of("Basic " + LOGIN), logins(with));
        assertEquals(Set.of(""), logins(without));
        RegistryConnection known = without.of("a.example.com");
        assertEquals(
                List.of("ca", "certificate", "key"), List.of(known.caPem(), known.certificatePem(), known.keyPem()));
        assertEquals(
                List.of(true, true, true), List.of(known.insecure(), known.plainHttp(), known.plainHttpOnLoopback()));
        assertEquals(List.of("mirror.example.com"), known.mirrors());
        assertEquals(
                with.of("a.example.com").proxies().toString(), known.proxies().toString());
        assertEquals(
                "proxy.example.com:3128",
                without.of("b.example.com")
                        .proxies()
                        .of(URI.create("https://b.example.com/"))
                        .orElseThrow()
                        .toString());
    }

    @Test
    void theSecretsAreThePasswordAndTheLoginAsItIsSent() {
        assertEquals(Set.of(LOGIN, "pass:word"), connections("Basic " + LOGIN).proxySecrets());
        assertEquals(Set.of(), connections("").proxySecrets());
        assertEquals(Set.of(), new RegistryConnections(Map.of(), RegistryConnection.DEFAULT).proxySecrets());
    }
}
