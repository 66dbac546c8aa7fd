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

/** What a registry is asked, without how we log in. */
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

    /** @param stream null, or what the body is read from, once */
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
     * @param target below the registry's root, or a whole address
     * @param scopes that a token must have
     * @param purpose such as "reading shop/web", for whoever reads why it failed
     */
    static RegistryRequest get(String target, List<String> scopes, String purpose) {
        return new RegistryRequest("GET", target, scopes, purpose, BodyPublishers.noBody());
    }

    /** The same as {@link #get} without the content. */
    static RegistryRequest head(String target, List<String> scopes, String purpose) {
        return new RegistryRequest("HEAD", target, scopes, purpose, BodyPublishers.noBody());
    }

    /** Starts something. */
    static RegistryRequest post(String target, List<String> scopes, String purpose) {
        return new RegistryRequest("POST", target, scopes, purpose, BodyPublishers.noBody());
    }

    /** Leaves something that can be sent again and again. */
    static RegistryRequest put(String target, List<String> scopes, String purpose, byte[] body) {
        return new RegistryRequest("PUT", target, scopes, purpose, BodyPublishers.ofByteArray(body));
    }

    /** Leaves so many bytes that come from elsewhere, which can be done once. */
    static RegistryRequest put(String target, List<String> scopes, String purpose, BlobStream body, long bytes) {
        return new RegistryRequest(
                "PUT",
                target,
                scopes,
                purpose,
                BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> body), bytes),
                body);
    }

    /** Gives something up. */
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

    /** Whether it is asked elsewhere when the registry says so with this status. */
    boolean follows(int status) {
        return switch (status) {
            case 301, 302, 303 -> method.equals("GET") || method.equals("HEAD");
            case 307, 308 -> stream == null;
            default -> false;
        };
    }

    /** How long an answer may take once all was sent; a registry may look at a large blob before it answers. */
    long answerSeconds() {
        return stream == null ? ANSWER_SECONDS : LATE_ANSWER_SECONDS;
    }

    /** How much of what is sent has left; grows as long as the other side takes it. */
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
