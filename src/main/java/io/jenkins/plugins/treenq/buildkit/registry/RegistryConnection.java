// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * How this client itself talks to a registry and to the registry's token server: whom it trusts and what it shows, as
 * PEM text held in memory. Never prints the key.
 */
public final class RegistryConnection implements Serializable {
    /** With TLS, and nobody trusted but whom the JVM trusts. */
    public static final RegistryConnection DEFAULT = builder().build();

    private static final long serialVersionUID = 2;

    private final String caPem;
    private final String certificatePem;
    private final String keyPem;
    private final boolean insecure;
    private final boolean plainHttp;
    private final boolean plainHttpOnLoopback;
    private final List<String> mirrors;
    private final HttpProxies proxies;

    private RegistryConnection(Builder builder) {
        this.caPem = builder.caPem;
        this.certificatePem = builder.certificatePem;
        this.keyPem = builder.keyPem;
        this.insecure = builder.insecure;
        this.plainHttp = builder.plainHttp;
        this.plainHttpOnLoopback = builder.plainHttpOnLoopback;
        this.mirrors = builder.mirrors;
        this.proxies = builder.proxies;
    }

    public static Builder builder() {
        return new Builder();
    }

    public String caPem() {
        return caPem;
    }

    public String certificatePem() {
        return certificatePem;
    }

    public String keyPem() {
        return keyPem;
    }

    public boolean insecure() {
        return insecure;
    }

    public boolean plainHttp() {
        return plainHttp;
    }

    public boolean plainHttpOnLoopback() {
        return plainHttpOnLoopback;
    }

    public List<String> mirrors() {
        return mirrors;
    }

    public HttpProxies proxies() {
        return proxies;
    }

    @Override
    public String toString() {
        return "RegistryConnection[insecure=" + insecure + ", plainHttp=" + plainHttp + ", mirrors=" + mirrors + "]";
    }

    /** Collects what differs from {@link #DEFAULT}. */
    public static final class Builder {
        private String caPem = "";
        private String certificatePem = "";
        private String keyPem = "";
        private boolean insecure;
        private boolean plainHttp;
        private boolean plainHttpOnLoopback;
        private List<String> mirrors = List.of();
        private HttpProxies proxies = HttpProxies.NONE;

        private Builder() {}

        /** Authorities that certificates may come from, beside those the JVM trusts. */
        public Builder caPem(String value) {
            caPem = Objects.requireNonNull(value);
            return this;
        }

        /**
         * A client certificate chain and its key in PKCS#8, not encrypted, for a registry or token server that asks.
         */
        public Builder clientCertificate(String pem, String key) {
            certificatePem = Objects.requireNonNull(pem);
            keyPem = Objects.requireNonNull(key);
            return this;
        }

        /** Takes any certificate of the registry and its token server. */
        public Builder insecure(boolean value) {
            insecure = value;
            return this;
        }

        /** Talks to the registry and its token server without TLS if need be, also if they are on another machine. */
        public Builder plainHttp(boolean value) {
            plainHttp = value;
            return this;
        }

        /** The same for a registry and a token server that are both on this machine, which docker takes for safe. */
        public Builder plainHttpOnLoopback(boolean value) {
            plainHttpOnLoopback = value;
            return this;
        }

        /**
         * Registries that have the same content and are asked first when an image is looked at or copied from here,
         * such as {@code mirror.example.com} or {@code mirror.example.com/hub}; each has a connection of its own.
         */
        public Builder mirrors(List<String> hosts) {
            mirrors = List.copyOf(hosts);
            return this;
        }

        /** Through which the registry and its token server are asked, unless they are excepted. */
        public Builder proxies(HttpProxies value) {
            proxies = Objects.requireNonNull(value);
            return this;
        }

        public RegistryConnection build() {
            return new RegistryConnection(this);
        }
    }
}
