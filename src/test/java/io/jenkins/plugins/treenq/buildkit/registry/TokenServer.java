// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.jenkins.plugins.treenq.buildkit.Certificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A token server on this machine, which records its requests. */
public final class TokenServer implements AutoCloseable {
    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());

    private final HttpServer server;

    /** One request. */
    public record Request(
            String method,
            String path,
            Map<String, List<String>> parameters,
            String authorization,
            String proxyAuthorization,
            String userAgent) {
        /** The login of HTTP's Basic scheme, {@code name:password}; empty if there is none. */
        public String login() {
            return authorization == null
                    ? ""
                    : new String(
                            Base64.getDecoder().decode(authorization.replaceFirst("^Basic ", "")),
                            StandardCharsets.UTF_8);
        }

        public String first(String name) {
            return parameters.getOrDefault(name, List.of("")).get(0);
        }
    }

    /** A response of the server. */
    public record Answer(int status, String body, Map<String, String> headers) {
        public static Answer of(int status) {
            return new Answer(status, "{}", Map.of());
        }

        public static Answer json(String body) {
            return new Answer(200, body, Map.of());
        }
    }

    /** Returns the response to a request. */
    public interface Rule {
        Answer answer(Request request);
    }

    private TokenServer(HttpServer server, Rule rule) {
        this.server = server;
        server.createContext("/", exchange -> serve(exchange, rule));
        server.start();
    }

    public static TokenServer plain(Rule rule) throws IOException {
        return new TokenServer(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0), rule);
    }

    static TokenServer tls(Certificates.Identity identity, Rule rule) throws Exception {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(identity.context()));
        return new TokenServer(server, rule);
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public URI realm() {
        return URI.create((server instanceof HttpsServer ? "https" : "http") + "://localhost:" + port() + "/token");
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    private void serve(HttpExchange exchange, Rule rule) throws IOException {
        String query = exchange.getRequestMethod().equals("POST")
                ? new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
                : String.valueOf(exchange.getRequestURI().getRawQuery());
        Map<String, List<String>> parameters = new TreeMap<>();
        for (String pair : query.split("&")) {
            String[] parts = pair.split("=", 2);
            parameters
                    .computeIfAbsent(parts[0], name -> new ArrayList<>())
                    .add(parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        Request request = new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                parameters,
                exchange.getRequestHeaders().getFirst("Authorization"),
                exchange.getRequestHeaders().getFirst("Proxy-Authorization"),
                exchange.getRequestHeaders().getFirst("User-Agent"));
        requests.add(request);
        Answer answer = rule.answer(request);
        answer.headers().forEach(exchange.getResponseHeaders()::add);
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
