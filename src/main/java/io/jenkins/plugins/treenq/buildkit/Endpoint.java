// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Objects;

/**
 * Where a daemon is and how it is reached.
 *
 * @param address {@code tcp://host:port}, {@code unix:///path} or {@code dns:///host:port}
 * @param tls null for a connection in clear
 * @param connectTimeout how long connecting may take; a build itself has no limit
 */
public record Endpoint(URI address, Tls tls, Duration connectTimeout) implements Serializable {
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** @throws IllegalArgumentException when the address has another form */
    public Endpoint {
        Objects.requireNonNull(connectTimeout);
        String scheme = String.valueOf(address.getScheme());
        boolean valid =
                switch (scheme) {
                    case "unix" -> address.getPath() != null && address.getPath().startsWith("/");
                    case "tcp" -> address.getHost() != null && address.getPort() > 0;
                    case "dns" -> address.getPath() != null && address.getPath().length() > 1;
                    default -> false;
                };
        if (!valid) {
            throw noAddress(address.toString());
        }
    }

    /** @throws IllegalArgumentException when the address has another form */
    public static Endpoint of(String address, Tls tls) {
        return of(address, tls, DEFAULT_CONNECT_TIMEOUT);
    }

    /** @throws IllegalArgumentException when the address has another form */
    public static Endpoint of(String address, Tls tls, Duration connectTimeout) {
        try {
            return new Endpoint(new URI(address.trim()), tls, connectTimeout);
        } catch (URISyntaxException e) {
            throw noAddress(address);
        }
    }

    private static IllegalArgumentException noAddress(String text) {
        return new IllegalArgumentException("'" + text
                + "' is not a builder address; write tcp://host:port, dns:///host:port or unix:///path/buildkitd.sock");
    }
}
