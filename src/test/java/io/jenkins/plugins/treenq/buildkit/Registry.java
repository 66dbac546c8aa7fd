// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Reads the content of a daemon's registry, independently of BuildKit. */
public final class Registry {
    private static final String MANIFESTS = String.join(
            ",",
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.docker.distribution.manifest.v2+json");

    private final Daemon daemon;
    private final HttpClient http;

    public Registry(Daemon daemon) throws IOException, GeneralSecurityException {
        this.daemon = daemon;
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "ca",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(daemon.caPem().getBytes(StandardCharsets.US_ASCII))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        http = HttpClient.newBuilder().sslContext(tls).build();
    }

    /** Returns the digest of a tag; empty if the registry does not have the tag. */
    public Optional<String> digest(String repository, String tag) throws IOException, InterruptedException {
        HttpResponse<String> response = get(repository, "manifests/" + tag);
        return response.statusCode() == 404
                ? Optional.empty()
                : response.headers().firstValue("docker-content-digest");
    }

    /** Returns a manifest or a blob. */
    public String text(String repository, String kindAndDigest) throws IOException, InterruptedException {
        return get(repository, kindAndDigest).body();
    }

    private HttpResponse<String> get(String repository, String path) throws IOException, InterruptedException {
        String login = daemon.login().username() + ":" + daemon.login().secret();
        return http.send(
                HttpRequest.newBuilder(URI.create("https://" + daemon.registry() + "/v2/" + repository + "/" + path))
                        .header("Accept", MANIFESTS)
                        .header(
                                "Authorization",
                                "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
