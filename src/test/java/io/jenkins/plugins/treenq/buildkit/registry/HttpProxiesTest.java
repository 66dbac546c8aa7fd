// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpProxiesTest {
    private static final HttpProxies.Proxy PLAIN = new HttpProxies.Proxy("plain", 1, "");
    private static final HttpProxies.Proxy TLS = new HttpProxies.Proxy("tls", 2, "Basic secret");

    private static String way(String address, String... exceptions) {
        return new HttpProxies(PLAIN, TLS, List.of(exceptions))
                .of(URI.create(address))
                .map(HttpProxies.Proxy::toString)
                .orElse("direct");
    }

    @Test
    void theProxyIsSelectedByTheScheme() {
        assertEquals("plain:1", way("http://a.example.com/"));
        assertEquals("tls:2", way("https://a.example.com/"));
        assertEquals(
                "direct",
                new HttpProxies(null, TLS, List.of())
                        .of(URI.create("http://a/"))
                        .map(p -> "")
                        .orElse("direct"));
        assertEquals(
                "HttpProxies[http=plain:1, https=tls:2, exceptions=[]]",
                new HttpProxies(PLAIN, TLS, List.of()).toString());
    }

    /** The cases are those of {@code httpproxy/proxy_test.go}. */
    @ParameterizedTest
    @CsvSource({
        "localhost, x, direct",
        "127.0.0.1, x, direct",
        "127.0.0.2, x, direct",
        "[::1], x, direct",
        "localhost.example.com, x, tls:2",
        "example.com, *, direct",
        "a.example.com, example.com, direct",
        "example.com, EXAMPLE.com, direct",
        "example.com, .example.com, tls:2",
        "a.example.com, .example.com, direct",
        "a.example.com, *.example.com, direct",
        "example.com, *.example.com, tls:2",
        "notexample.com, example.com, tls:2",
        "example.com, example.com:443, direct",
        "example.com, example.com:8443, tls:2",
        "10.1.2.3, 10.0.0.0/8, direct",
        "11.1.2.3, 10.0.0.0/8, tls:2",
        "10.1.2.3, 10.1.2.3, direct",
        "[2001:db8::1], 2001:db8::/32, direct",
        "[2001:db9::1], 2001:db8::/32, tls:2",
        "10.1.2.3, 10.*, direct",
        "r1.example.com, r*.example.com, direct",
        "x.example.com, r*.example.com, tls:2",
        "example.com, =example.com, direct",
        "a.example.com, =example.com, tls:2",
        "a.example.com, =*.example.com, direct",
        "example.com, =example.com:8443, tls:2",
        "example.com, ' ', tls:2"
    })
    void exceptionsAreReadAsGoReadsThem(String host, String exception, String way) {
        assertEquals(way, way("https://" + host + "/v2/", exception));
    }
}
