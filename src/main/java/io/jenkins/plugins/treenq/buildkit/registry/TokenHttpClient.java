// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Sends the HTTP requests that are needed to get a token. A login is sent to one host only, and never over a network
 * without TLS unless plain HTTP is allowed.
 */
final class TokenHttpClient {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(20);
    private static final int MAX_REDIRECTS = 5;
    private static final Set<Integer> REDIRECTS_OF_ANY = Set.of(307, 308);
    private static final Set<Integer> REDIRECTS_OF_GET = Set.of(301, 302, 303, 307, 308);

    static final String WITHOUT_TLS = "it is at an address without TLS, which is used only where plain HTTP is allowed,"
            + " or it has no valid address";

    private final HttpClient client;
    private final RegistryConnection connection;

    TokenHttpClient(RegistryConnection connection, HttpClient client) {
        this.client = client;
        this.connection = connection;
    }

    /** A request. Its string representation does not contain the login. */
    static final class Request {
        private final String registry;
        private final URI address;
        private final String authorization;
        private final String form;

        /**
         * @param registry the registry that the request concerns
         * @param authorization the value of the {@code Authorization} header; empty for none
         * @param form the form to send with POST; null for a GET request
         */
        Request(String registry, URI address, String authorization, String form) {
            this.registry = registry;
            this.address = address;
            this.authorization = authorization;
            this.form = form;
        }

        private boolean isSecret() {
            return form != null || !authorization.isEmpty();
        }

        private Request at(URI other) {
            return new Request(registry, other, authorization, form);
        }

        private HttpRequest toHttp(HttpProxies proxies) {
            HttpRequest.Builder request = HttpRequest.newBuilder(address)
                    .timeout(ANSWER_TIMEOUT)
                    .header("User-Agent", "treenq")
                    .header("Accept", "application/json");
            if (!authorization.isEmpty()) {
                request.header("Authorization", authorization);
            }
            proxies.of(address)
                    .map(HttpProxies.Proxy::authorization)
                    .filter(login -> !login.isEmpty())
                    .ifPresent(login -> request.header("Proxy-Authorization", login));
            if (form != null) {
                request.header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
                        .POST(HttpRequest.BodyPublishers.ofString(form));
            }
            return request.build();
        }
    }

    /** Sends a request and follows redirects. */
    CompletableFuture<HttpResponse<String>> send(Request request) {
        return send(request, MAX_REDIRECTS);
    }

    private CompletableFuture<HttpResponse<String>> send(Request request, int redirects) {
        if (!mayTalkTo(request.address, request.registry)) {
            return refused(WITHOUT_TLS);
        }
        return client.sendAsync(request.toHttp(connection.proxies()), info -> new LimitedBody())
                .thenCompose(answer -> follow(request, answer, redirects));
    }

    private CompletableFuture<HttpResponse<String>> follow(
            Request request, HttpResponse<String> answer, int redirects) {
        Set<Integer> repeats = request.form == null ? REDIRECTS_OF_GET : REDIRECTS_OF_ANY;
        String location = answer.headers().firstValue("Location").orElse("");
        if (!repeats.contains(answer.statusCode()) || location.isEmpty()) {
            return CompletableFuture.completedFuture(answer);
        }
        if (redirects == 0) {
            return refused("it redirects too often");
        }
        URI target;
        try {
            target = request.address.resolve(location);
        } catch (IllegalArgumentException e) {
            return refused("it redirects to an invalid address");
        }
        if (!mayTalkTo(target, request.registry)) {
            return refused("it redirects to an address without TLS, which is used only where plain HTTP is allowed");
        }
        if (request.isSecret() && !Origin.of(target).equals(Origin.of(request.address))) {
            return refused("it redirects to another host, which must not receive the login");
        }
        return send(request.at(target), redirects - 1);
    }

    /** Returns the part of a message that names the proxy to an address, or an empty string if there is no proxy. */
    String route(URI address) {
        return connection
                .proxies()
                .of(address)
                .map(proxy -> " through the proxy " + proxy)
                .orElse("");
    }

    boolean mayTalkTo(URI address, String registry) {
        if (address.getHost() == null || address.getUserInfo() != null) {
            return false;
        }
        if ("http".equalsIgnoreCase(address.getScheme())) {
            return connection.plainHttp() || isPlain(registry) && RegistryHost.isLoopback(address.getHost());
        }
        return "https".equalsIgnoreCase(address.getScheme());
    }

    /** Whether the registry may be contacted without TLS if it does not support TLS. */
    boolean isPlain(String registry) {
        return connection.plainHttp() || connection.plainHttpOnLoopback() && RegistryHost.isLoopback(registry);
    }

    static <T> CompletableFuture<T> refused(String reason) {
        return CompletableFuture.failedFuture(new TokenRefusedException(reason));
    }
}
