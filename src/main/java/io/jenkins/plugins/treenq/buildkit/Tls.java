// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.Objects;

/**
 * The parameters of a TLS connection to a daemon: certificates and the client's key as PEM text, in memory.
 * {@link #toString} does not contain the key.
 */
public final class Tls implements Serializable {
    private static final long serialVersionUID = 1;

    private final String serverName;
    private final String caPem;
    private final String certificatePem;
    private final String keyPem;

    /**
     * @param serverName name that the daemon's certificate must have; empty for the host of the address
     * @param caPem certificate authorities that the client accepts; empty for the JVM's default authorities
     * @param certificatePem certificate chain of the client; empty for none
     * @param keyPem private key of the client in PKCS#8, not encrypted; empty for none.
     *     {@code keyfiles.PrivateKeyReader} converts other formats
     */
    public Tls(String serverName, String caPem, String certificatePem, String keyPem) {
        this.serverName = serverName;
        this.caPem = caPem;
        this.certificatePem = certificatePem;
        this.keyPem = keyPem;
    }

    public String serverName() {
        return serverName;
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

    @Override
    public boolean equals(Object other) {
        return other instanceof Tls tls
                && serverName.equals(tls.serverName)
                && caPem.equals(tls.caPem)
                && certificatePem.equals(tls.certificatePem)
                && keyPem.equals(tls.keyPem);
    }

    @Override
    public int hashCode() {
        return Objects.hash(serverName, caPem, certificatePem, keyPem);
    }

    @Override
    public String toString() {
        return "Tls[serverName=" + serverName + ", clientCertificate=" + !certificatePem.isEmpty() + "]";
    }
}
