// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.RegistryConnection;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Executor;

/** The JDK's HTTP client as registries need it. A thread of each lives until the client is garbage. */
public final class HttpClients {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private HttpClients() {}

    /**
     * One that follows no redirects, since who may know what is for the caller to say.
     *
     * @throws BuildkitException.InvalidRequest when what should be a certificate or a key is none
     */
    public static HttpClient of(RegistryConnection connection, Executor executor)
            throws BuildkitException.InvalidRequest {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .sslContext(HttpTls.of(connection))
                .executor(executor)
                .build();
    }
}
