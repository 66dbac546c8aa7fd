// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.credentials;

import com.cloudbees.plugins.credentials.common.StandardCertificateCredentials;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Util;
import hudson.util.Secret;
import io.jenkins.plugins.treenq.buildkit.Tls;
import io.jenkins.plugins.treenq.buildkit.keyfiles.PassphraseMissingException;
import io.jenkins.plugins.treenq.buildkit.keyfiles.PrivateKeyReader;
import io.jenkins.plugins.treenq.buildkit.keys.PemCertificates;
import io.jenkins.plugins.treenq.buildkit.keys.Pkcs8Keys;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jenkinsci.plugins.docker.commons.credentials.DockerServerCredentials;

/**
 * Converts credentials to the client certificate and private key of a TLS connection. The key is decrypted on the
 * controller, so that its passphrase is not sent to an agent.
 */
final class ClientCertificate {
    private static final char[] NO_PASSPHRASE = {};

    private ClientCertificate() {}

    /**
     * Converts credentials that consist of three PEM texts. The key must not be encrypted, because these credentials
     * have no field for a passphrase.
     *
     * @throws AbortException if the key cannot be used; the message says why
     */
    static Tls of(DockerServerCredentials credentials, @CheckForNull String serverName) throws AbortException {
        String key = Util.fixNull(Secret.toString(credentials.getClientKeySecret()));
        try {
            return new Tls(
                    Util.fixNull(serverName),
                    Util.fixNull(credentials.getServerCaCertificate()),
                    Util.fixNull(credentials.getClientCertificate()),
                    key.isBlank() ? "" : PrivateKeyReader.pkcs8(key, NO_PASSPHRASE));
        } catch (PassphraseMissingException e) {
            throw new AbortException("credentials '" + credentials.getId() + "': the client key is encrypted, and"
                    + " credentials of this kind have no passphrase; store certificate and key as credentials of the"
                    + " kind 'Certificate', whose password opens the key");
        } catch (GeneralSecurityException e) {
            throw unusable(credentials.getId(), e.getMessage());
        }
    }

    /**
     * Converts credentials that consist of a key store. The daemon's certificate must be signed by one of the store's
     * trusted certificates or by the root of the client's own certificate chain. If the store has neither, the CAs that
     * the JVM trusts are used.
     *
     * @throws AbortException if the store contains no key or cannot be opened; the message says why
     */
    static Tls of(StandardCertificateCredentials credentials, @CheckForNull String serverName) throws AbortException {
        KeyStore store = credentials.getKeyStore();
        char[] password = credentials.getPassword().getPlainText().toCharArray();
        try {
            List<X509Certificate> authorities = new ArrayList<>();
            List<X509Certificate> chain = List.of();
            PrivateKey key = null;
            for (String alias : Collections.list(store.aliases())) {
                if (store.isCertificateEntry(alias)) {
                    authorities.addAll(x509(store.getCertificate(alias)));
                } else if (key == null && store.getKey(alias, password) instanceof PrivateKey found) {
                    key = found;
                    chain = x509(store.getCertificateChain(alias));
                }
            }
            if (key == null || chain.isEmpty()) {
                throw unusable(credentials.getId(), "the key store holds no private key with a certificate");
            }
            chain.stream().filter(ClientCertificate::isRoot).forEach(authorities::add);
            return new Tls(Util.fixNull(serverName), pem(authorities), pem(chain), Pkcs8Keys.format(usable(key)));
        } catch (UnrecoverableKeyException e) {
            throw unusable(credentials.getId(), "its password is wrong");
        } catch (GeneralSecurityException e) {
            throw unusable(credentials.getId(), "its key store cannot be opened; check its password");
        }
    }

    /** Converts the key to the JDK's own class, because the key can be of another provider. */
    private static PrivateKey usable(Key key) throws GeneralSecurityException {
        return Pkcs8Keys.parse(key.getEncoded());
    }

    private static boolean isRoot(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0
                && certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    private static List<X509Certificate> x509(@CheckForNull Certificate... certificates) {
        List<X509Certificate> found = new ArrayList<>();
        if (certificates != null) {
            for (Certificate certificate : certificates) {
                if (certificate instanceof X509Certificate x509) {
                    found.add(x509);
                }
            }
        }
        return found;
    }

    private static String pem(List<X509Certificate> certificates) throws GeneralSecurityException {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            text.append(PemCertificates.format(certificate));
        }
        return text.toString();
    }

    private static AbortException unusable(String id, String reason) {
        return new AbortException("credentials '" + id + "': the client key cannot be used: " + reason);
    }
}
