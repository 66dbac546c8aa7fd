// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * An HTTP client that checks the host of each request against {@link AllowedHosts} before it connects. Redirects, token
 * servers and upload locations, which a registry chooses, are therefore checked, too.
 */
public final class GuardedHttpClient extends HttpClient {
    private final HttpClient client;
    private final String registry;
    private final AllowedHosts allowed;

    /**
     * @param client the client to use, which must not follow redirects itself
     * @param registry the address of the registry that all requests concern, {@code host} or {@code host:port}
     * @param allowed the hosts that the client may connect to
     */
    public GuardedHttpClient(HttpClient client, String registry, AllowedHosts allowed) {
        this.client = client;
        this.registry = registry;
        this.allowed = allowed;
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
            throws IOException, InterruptedException {
        allowed.check(request.uri(), registry);
        return client.send(request, handler);
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        return sendAsync(request, handler, null);
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, HttpResponse.BodyHandler<T> handler, HttpResponse.PushPromiseHandler<T> pushes) {
        try {
            allowed.check(request.uri(), registry);
        } catch (HostNotAllowedException e) {
            return CompletableFuture.failedFuture(e);
        }
        return client.sendAsync(request, handler, pushes);
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return client.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return client.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return client.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return client.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return client.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return client.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return client.authenticator();
    }

    @Override
    public Version version() {
        return client.version();
    }

    @Override
    public Optional<Executor> executor() {
        return client.executor();
    }
}
