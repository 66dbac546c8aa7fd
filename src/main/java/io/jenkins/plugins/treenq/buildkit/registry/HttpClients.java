// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.threads.WorkerPool;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Creates the JDK's HTTP clients for registries. Each client has a thread that lives until the client is
 * garbage-collected. Callers with equal connection settings therefore share one client, which stores no login.
 */
public final class HttpClients {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** The clients by their trust, client certificate and proxy settings. Guarded by the class. */
    private static final Map<List<Object>, WeakReference<HttpClient>> CLIENTS = new HashMap<>();

    private HttpClients() {}

    /**
     * Returns a client for a connection. It does not follow redirects, because the caller has to decide which data a
     * host may receive.
     *
     * @throws BuildkitException.InvalidRequestException if a certificate or key is malformed
     */
    public static synchronized HttpClient of(RegistryConnection connection)
            throws BuildkitException.InvalidRequestException {
        CLIENTS.values().removeIf(client -> client.refersTo(null));
        List<Object> key = List.of(
                connection.caPem(),
                connection.certificatePem(),
                connection.keyPem(),
                connection.insecure(),
                connection.proxies());
        WeakReference<HttpClient> known = CLIENTS.get(key);
        HttpClient client = known == null ? null : known.get();
        if (client == null) {
            HttpClient.Builder builder = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_TIMEOUT)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .sslContext(HttpTls.of(connection))
                    .executor(WorkerPool.shared());
            if (!connection.proxies().equals(HttpProxies.NONE)) {
                builder.proxy(new Selector(connection.proxies()));
            }
            client = builder.build();
            CLIENTS.put(key, new WeakReference<>(client));
        }
        return client;
    }

    /** Selects the proxy for the JDK's client. */
    private static final class Selector extends ProxySelector {
        private final HttpProxies proxies;

        Selector(HttpProxies proxies) {
            this.proxies = proxies;
        }

        @Override
        public List<Proxy> select(URI address) {
            return List.of(proxies.of(address)
                    .map(proxy ->
                            new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.host(), proxy.port())))
                    .orElse(Proxy.NO_PROXY));
        }

        @Override
        public void connectFailed(URI address, SocketAddress proxy, IOException failure) {
            // The caller of the request gets the exception.
        }
    }
}
