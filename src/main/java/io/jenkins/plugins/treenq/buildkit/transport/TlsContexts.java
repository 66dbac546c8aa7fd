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
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;

/** Turns PEM text held in memory into TLS settings. */
final class TlsContexts {
    private TlsContexts() {}

    static SslContext of(Tls tls) throws BuildkitException.InvalidRequest {
        SslContextBuilder builder = SslContextBuilder.forClient();
        if (!tls.caPem().isBlank()) {
            builder.trustManager(certificates(tls.caPem(), "CA certificate"));
        }
        if (!tls.certificatePem().isBlank() || !tls.keyPem().isBlank()) {
            X509Certificate[] chain = certificates(tls.certificatePem(), "client certificate");
            try {
                builder.keyManager(Pkcs8Keys.parse(tls.keyPem()), chain);
            } catch (GeneralSecurityException e) {
                throw new BuildkitException.InvalidRequest("the client key cannot be used: " + e.getMessage());
            }
        }
        try {
            return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new BuildkitException.InvalidRequest(
                    "client certificate and key do not fit together, or this JVM cannot use them", e);
        }
    }

    private static X509Certificate[] certificates(String pem, String what) throws BuildkitException.InvalidRequest {
        try {
            return PemCertificates.parse(pem);
        } catch (GeneralSecurityException e) {
            throw new BuildkitException.InvalidRequest("the " + what + " is not a certificate in PEM form");
        }
    }
}
