// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import io.grpc.netty.GrpcSslContexts;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Tls;
import io.jenkins.plugins.treenq.buildkit.keys.PemCertificates;
import io.jenkins.plugins.treenq.buildkit.keys.Pkcs8Keys;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;

/** Creates TLS settings from PEM text. */
final class TlsContexts {
    private TlsContexts() {}

    static SslContext of(Tls tls) throws BuildkitException.InvalidRequestException {
        SslContextBuilder builder = SslContextBuilder.forClient();
        if (!tls.caPem().isBlank()) {
            builder.trustManager(certificates(tls.caPem(), "CA certificate"));
        }
        if (tls.certificatePem().isBlank() != tls.keyPem().isBlank()) {
            throw new BuildkitException.InvalidRequestException(
                    tls.keyPem().isBlank()
                            ? "there is a client certificate without a client key; configure both or neither"
                            : "there is a client key without a client certificate; configure both or neither");
        }
        if (!tls.certificatePem().isBlank()) {
            X509Certificate[] chain = certificates(tls.certificatePem(), "client certificate");
            try {
                PrivateKey key = Pkcs8Keys.parse(tls.keyPem());
                if (!Pkcs8Keys.belongsTo(key, chain[0])) {
                    throw new BuildkitException.InvalidRequestException(
                            "the client key does not belong to the client certificate of "
                                    + chain[0].getSubjectX500Principal().getName()
                                    + "; configure the key that belongs to this certificate");
                }
                builder.keyManager(key, chain);
            } catch (GeneralSecurityException e) {
                throw new BuildkitException.InvalidRequestException("the client key cannot be used: " + e.getMessage());
            }
        }
        try {
            return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new BuildkitException.InvalidRequestException(
                    "the client certificate and key do not match, or this JVM does not support them", e);
        }
    }

    private static X509Certificate[] certificates(String pem, String what)
            throws BuildkitException.InvalidRequestException {
        try {
            return PemCertificates.parse(pem);
        } catch (GeneralSecurityException e) {
            throw new BuildkitException.InvalidRequestException("the " + what + " is not a certificate in PEM format");
        }
    }
}
