// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.registry.HttpProxies;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A request to a registry, without authentication. */
final class RegistryRequest {
    private static final long ANSWER_SECONDS = 60;
    private static final long LATE_ANSWER_SECONDS = 300;

    private final String method;
    private final String target;
    private final List<String> scopes;
    private final String purpose;
    private final BodyPublisher body;
    private final BlobStream stream;
    private final Map<String, String> headers = new LinkedHashMap<>();

    /** @param stream the source of the body, which can be read once; null for other bodies */
    private RegistryRequest(
            String method, String target, List<String> scopes, String purpose, BodyPublisher body, BlobStream stream) {
        this.method = method;
        this.target = target;
        this.scopes = List.copyOf(scopes);
        this.purpose = purpose;
        this.body = body;
        this.stream = stream;
    }

    private RegistryRequest(String method, String target, List<String> scopes, String purpose, BodyPublisher body) {
        this(method, target, scopes, purpose, body, null);
    }

    /**
     * Creates a GET request.
     *
     * @param target a path relative to the root of the API, or a whole URL
     * @param scopes the scopes that a token must have
     * @param purpose the purpose for error messages, such as "reading shop/web"
     */
    static RegistryRequest get(String target, List<String> scopes, String purpose) {
        return new RegistryRequest("GET", target, scopes, purpose, BodyPublishers.noBody());
    }

    /** Creates a HEAD request; see {@link #get}. */
    static RegistryRequest head(String target, List<String> scopes, String purpose) {
        return new RegistryRequest("HEAD", target, scopes, purpose, BodyPublishers.noBody());
    }

    /** Creates a POST request without a body, such as the start of an upload. */
    static RegistryRequest post(String target, List<String> scopes, String purpose) {
        return new RegistryRequest("POST", target, scopes, purpose, BodyPublishers.noBody());
    }

    /** Creates a PUT request with a body in memory, which can be repeated. */
    static RegistryRequest put(String target, List<String> scopes, String purpose, byte[] body) {
        return new RegistryRequest("PUT", target, scopes, purpose, BodyPublishers.ofByteArray(body));
    }

    /** Creates a PUT request whose body is a stream of the given size in bytes, which can be sent once. */
    static RegistryRequest put(String target, List<String> scopes, String purpose, BlobStream body, long bytes) {
        return new RegistryRequest(
                "PUT",
                target,
                scopes,
                purpose,
                BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> body), bytes),
                body);
    }

    /** Creates a DELETE request, such as the cancellation of an upload. */
    static RegistryRequest delete(String target, List<String> scopes, String purpose) {
        return new RegistryRequest("DELETE", target, scopes, purpose, BodyPublishers.noBody());
    }

    RegistryRequest header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    String target() {
        return target;
    }

    List<String> scopes() {
        return scopes;
    }

    String purpose() {
        return purpose;
    }

    /** Whether a redirect with this status is followed. */
    boolean follows(int status) {
        return switch (status) {
            case 301, 302, 303 -> method.equals("GET") || method.equals("HEAD");
            case 307, 308 -> stream == null;
            default -> false;
        };
    }

    /**
     * Returns the time in seconds that the registry has to respond after the whole body was sent. The time is longer
     * for a streamed body, because a registry may verify a large blob before it responds.
     */
    long answerSeconds() {
        return stream == null ? ANSWER_SECONDS : LATE_ANSWER_SECONDS;
    }

    /**
     * Returns the number of bytes of a streamed body that were sent so far. The number grows as long as the server
     * receives data.
     */
    long sentBytes() {
        return stream == null ? 0 : stream.position();
    }

    HttpRequest toHttp(URI address, String authorization, HttpProxies proxies) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address).header("User-Agent", "treenq").method(method, body);
        headers.forEach(request::header);
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        proxies.of(address)
                .map(HttpProxies.Proxy::authorization)
                .filter(login -> !login.isEmpty())
                .ifPresent(login -> request.header("Proxy-Authorization", login));
        return request.build();
    }
}
