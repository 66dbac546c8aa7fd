// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.keys.PemCertificates;
import io.jenkins.plugins.treenq.buildkit.keys.Pkcs8Keys;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Creates the TLS context of an HTTP client from PEM text in memory. The trusted CAs are those of the JVM and the given
 * ones.
 */
final class HttpTls {
    private HttpTls() {}

    static SSLContext of(RegistryConnection connection) throws BuildkitException.InvalidRequestException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(connection), trust(connection), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new BuildkitException.InvalidRequestException(
                    "the certificates for connections to a registry cannot be used: " + e.getMessage());
        } catch (IOException e) {
            throw new IllegalStateException("an empty key store cannot be created", e);
        }
    }

    private static KeyManager[] keys(RegistryConnection connection) throws GeneralSecurityException, IOException {
        if (connection.certificatePem().isBlank() != connection.keyPem().isBlank()) {
            throw new GeneralSecurityException("a client certificate and its key must be configured together");
        }
        if (connection.certificatePem().isBlank()) {
            return new KeyManager[0];
        }
        char[] none = {};
        PrivateKey key = Pkcs8Keys.parse(connection.keyPem());
        X509Certificate[] chain = PemCertificates.parse(connection.certificatePem());
        if (!Pkcs8Keys.belongsTo(key, chain[0])) {
            throw new GeneralSecurityException("the client key does not belong to the client certificate");
        }
        KeyStore store = empty();
        store.setKeyEntry("client", key, none, chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, none);
        return factory.getKeyManagers();
    }

    private static TrustManager[] trust(RegistryConnection connection) throws GeneralSecurityException, IOException {
        if (connection.insecure()) {
            return new TrustManager[] {new TrustAll()};
        }
        if (connection.caPem().isBlank()) {
            return factory(null).getTrustManagers();
        }
        KeyStore store = empty();
        int number = 0;
        for (X509Certificate authority : PemCertificates.parse(connection.caPem())) {
            store.setCertificateEntry("given-" + number++, authority);
        }
        for (X509Certificate authority : defaults()) {
            store.setCertificateEntry("default-" + number++, authority);
        }
        return factory(store).getTrustManagers();
    }

    private static X509Certificate[] defaults() throws GeneralSecurityException {
        return Stream.of(factory(null).getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .flatMap(manager -> Stream.of(((X509TrustManager) manager).getAcceptedIssuers()))
                .toArray(X509Certificate[]::new);
    }

    private static TrustManagerFactory factory(KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    /**
     * Trusts every certificate. The class is an X509ExtendedTrustManager, because the JDK verifies the host name itself
     * for any other trust manager.
     */
    private static final class TrustAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
