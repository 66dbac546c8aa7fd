// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.net.URI;
import java.util.Locale;

/** Whom one talks to at an address, whatever one asks for. */
public record Origin(String scheme, String host, int port) {
    /** @throws IllegalArgumentException when the address names no scheme or host */
    public static Origin of(URI address) {
        if (address.getScheme() == null || address.getHost() == null) {
            throw new IllegalArgumentException(address + " names no host");
        }
        String scheme = address.getScheme().toLowerCase(Locale.ROOT);
        int port = address.getPort() >= 0 ? address.getPort() : scheme.equals("https") ? 443 : 80;
        return new Origin(scheme, address.getHost().toLowerCase(Locale.ROOT), port);
    }

    public boolean isEncrypted() {
        return scheme.equals("https");
    }

    /** Whether it is the registry itself, {@code host:port} or {@code host}. */
    public boolean isOf(String registry) {
        try {
            return equals(of(URI.create(scheme + "://" + registry)));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
