// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.net.URI;
import java.util.Locale;

/**
 * The scheme, host and port of an address, which identify the server.
 *
 * @param scheme the scheme in lower case
 * @param host the host in lower case
 * @param port the port, which is the scheme's default if the address names none
 */
public record Origin(String scheme, String host, int port) {
    /**
     * Returns the origin of an address.
     *
     * @throws IllegalArgumentException if the address has no scheme or no host
     */
    public static Origin of(URI address) {
        if (address.getScheme() == null || address.getHost() == null) {
            throw new IllegalArgumentException(address + " has no scheme or no host");
        }
        String scheme = address.getScheme().toLowerCase(Locale.ROOT);
        int port = address.getPort() >= 0 ? address.getPort() : scheme.equals("https") ? 443 : 80;
        return new Origin(scheme, address.getHost().toLowerCase(Locale.ROOT), port);
    }

    public boolean isEncrypted() {
        return scheme.equals("https");
    }

    /**
     * Whether this is the origin of the registry itself.
     *
     * @param registry the address of the registry, {@code host} or {@code host:port}
     */
    public boolean isOf(String registry) {
        try {
            return equals(of(URI.create(scheme + "://" + registry)));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
