// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * The connection settings of this client for a registry and its token server: the trusted CAs and the client
 * certificate, as PEM text in memory, and the proxies. The string representation does not contain the key.
 */
public final class RegistryConnection implements Serializable {
    /** TLS with the CAs that the JVM trusts. */
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

    /** Returns a copy that has the same proxies without their logins. */
    RegistryConnection withoutProxyLogins() {
        return builder()
                .caPem(caPem)
                .clientCertificate(certificatePem, keyPem)
                .insecure(insecure)
                .plainHttp(plainHttp)
                .plainHttpOnLoopback(plainHttpOnLoopback)
                .mirrors(mirrors)
                .proxies(proxies.withoutLogins())
                .build();
    }

    @Override
    public String toString() {
        return "RegistryConnection[insecure=" + insecure + ", plainHttp=" + plainHttp + ", mirrors=" + mirrors + "]";
    }

    /** Collects the settings that differ from {@link #DEFAULT}. */
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

        /** Sets the certificates of CAs that are trusted in addition to those of the JVM. */
        public Builder caPem(String value) {
            caPem = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Sets the chain of a client certificate and its unencrypted PKCS#8 key, for a registry or token server that
         * requests a client certificate.
         */
        public Builder clientCertificate(String pem, String key) {
            certificatePem = Objects.requireNonNull(pem);
            keyPem = Objects.requireNonNull(key);
            return this;
        }

        /** Sets whether any certificate of the registry and its token server is accepted. */
        public Builder insecure(boolean value) {
            insecure = value;
            return this;
        }

        /**
         * Sets whether the registry and its token server may be contacted without TLS, even over a network, if they do
         * not support TLS.
         */
        public Builder plainHttp(boolean value) {
            plainHttp = value;
            return this;
        }

        /**
         * Sets whether a registry and a token server on this machine may be contacted without TLS, which Docker regards
         * as safe, too.
         */
        public Builder plainHttpOnLoopback(boolean value) {
            plainHttpOnLoopback = value;
            return this;
        }

        /**
         * Sets the registry mirrors, such as {@code mirror.example.com} or {@code mirror.example.com/hub}. They have
         * the same content as the registry and are queried first when this client inspects or copies an image. Each
         * mirror has its own connection settings.
         */
        public Builder mirrors(List<String> hosts) {
            mirrors = List.copyOf(hosts);
            return this;
        }

        /** Sets the proxies for requests to the registry and its token server. */
        public Builder proxies(HttpProxies value) {
            proxies = Objects.requireNonNull(value);
            return this;
        }

        public RegistryConnection build() {
            return new RegistryConnection(this);
        }
    }
}
