// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a registry is asked, without how we log in. */
final class Ask {
    private final String method;
    private final String target;
    private final List<String> scopes;
    private final String purpose;
    private final BodyPublisher body;
    private final Map<String, String> headers = new LinkedHashMap<>();

    private Ask(String method, String target, List<String> scopes, String purpose, BodyPublisher body) {
        this.method = method;
        this.target = target;
        this.scopes = List.copyOf(scopes);
        this.purpose = purpose;
        this.body = body;
    }

    /**
     * @param target below the registry's root, or a whole address
     * @param scopes that a token must have
     * @param purpose such as "reading shop/web", for whoever reads why it failed
     */
    static Ask get(String target, List<String> scopes, String purpose) {
        return new Ask("GET", target, scopes, purpose, BodyPublishers.noBody());
    }

    /** The same as {@link #get} without the content. */
    static Ask head(String target, List<String> scopes, String purpose) {
        return new Ask("HEAD", target, scopes, purpose, BodyPublishers.noBody());
    }

    Ask header(String name, String value) {
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

    boolean isRead() {
        return method.equals("GET") || method.equals("HEAD");
    }

    HttpRequest request(URI address, String authorization) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address).header("User-Agent", "treenq").method(method, body);
        headers.forEach(request::header);
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return request.build();
    }
}
