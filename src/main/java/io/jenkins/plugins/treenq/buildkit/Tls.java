// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;

/**
 * What a TLS connection to a daemon needs, as PEM text held in memory. Never prints the key.
 */
public final class Tls implements Serializable {
    private static final long serialVersionUID = 1;

    private final String serverName;
    private final String caPem;
    private final String certificatePem;
    private final String keyPem;

    /**
     * @param serverName the name that the daemon's certificate must have; empty for the address' host
     * @param caPem authorities that the daemon's certificate must come from; empty for those the JVM trusts
     * @param certificatePem the client's certificate chain; empty for none
     * @param keyPem the client's private key in PKCS#8, not encrypted; empty for none.
     *     {@code keyfiles.PrivateKeyReader} makes it of other forms
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
    public String toString() {
        return "Tls[serverName=" + serverName + ", clientCertificate=" + !certificatePem.isEmpty() + "]";
    }
}
