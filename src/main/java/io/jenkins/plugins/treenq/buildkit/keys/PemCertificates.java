// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keys;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/** Parses and formats certificates in PEM. */
public final class PemCertificates {
    private PemCertificates() {}

    /**
     * Parses all certificates of a text.
     *
     * @throws GeneralSecurityException if the text has no certificate; the message does not contain the text
     */
    public static X509Certificate[] parse(String pem) throws GeneralSecurityException {
        try {
            X509Certificate[] found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                    .toArray(X509Certificate[]::new);
            if (found.length > 0) {
                return found;
            }
        } catch (GeneralSecurityException e) {
            // The message would contain the text. The exception below is sufficient.
        }
        throw new GeneralSecurityException("it is not a certificate in PEM format");
    }

    public static String format(X509Certificate certificate) throws GeneralSecurityException {
        return "-----BEGIN CERTIFICATE-----\n" + PemLines.of(certificate.getEncoded()) + "-----END CERTIFICATE-----\n";
    }
}
