// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SecretBytes;
import com.cloudbees.plugins.credentials.impl.CertificateCredentialsImpl;
import hudson.model.Result;
import hudson.util.FormValidation;
import hudson.util.Secret;
import io.jenkins.plugins.treenq.buildkit.Certificates;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.keys.PemCertificates;
import io.jenkins.plugins.treenq.buildkit.keys.Pkcs8Keys;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import java.io.ByteArrayOutputStream;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.jenkinsci.plugins.docker.commons.credentials.DockerServerCredentials;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** Kinds of credentials with which a builder's daemon is reached. */
@SharedJenkins
class ClientCertificateTest {
    private static final String PASSWORD = "open sesame";

    private JenkinsRule jenkins;
    private Daemon daemon;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        daemon = Daemon.first();
        Configured.with(daemon);
    }

    private PrivateKey key() throws Exception {
        return Pkcs8Keys.parse(daemon.keyPem());
    }

    private X509Certificate certificate() throws Exception {
        return PemCertificates.parse(daemon.certificatePem())[0];
    }

    private X509Certificate authority() throws Exception {
        return PemCertificates.parse(daemon.caPem())[0];
    }

    private void add(String id, KeyStore store) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        store.store(bytes, PASSWORD.toCharArray());
        Configured.add(new CertificateCredentialsImpl(
                CredentialsScope.SYSTEM,
                id,
                "",
                PASSWORD,
                new CertificateCredentialsImpl.UploadedKeyStoreSource(SecretBytes.fromBytes(bytes.toByteArray()))));
    }

    private static KeyStore keyStore() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    /** Builds with the credentials on the agent of the controller. */
    private WorkflowRun build(String credentialsId, Result result) throws Exception {
        BuildkitBuilder builder = Configured.builder("default", daemon.address());
        builder.setCredentialsId(credentialsId);
        TreenqConfiguration.get().setBuilders(List.of(builder));
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(
                "node { treenqBuild tags: [], dockerfileText: 'FROM busybox\\nRUN true' }", true));
        return jenkins.buildAndAssertStatus(result, job);
    }

    @Test
    void aKeyStoreWithAPasswordAuthenticatesToTheDaemon() throws Exception {
        KeyStore chain = keyStore();
        chain.setKeyEntry("client", key(), PASSWORD.toCharArray(), new X509Certificate[] {certificate(), authority()});
        add("chain", chain);
        KeyStore trusting = keyStore();
        trusting.setKeyEntry("client", key(), PASSWORD.toCharArray(), new X509Certificate[] {certificate()});
        trusting.setCertificateEntry("ca", authority());
        add("trusting", trusting);

        build("chain", Result.SUCCESS);
        build("trusting", Result.SUCCESS);
    }

    @Test
    void aDaemonWhoseCaIsNotInTheKeyStoreIsNotTrusted() throws Exception {
        KeyStore alone = keyStore();
        alone.setKeyEntry("client", key(), PASSWORD.toCharArray(), new X509Certificate[] {certificate()});
        add("alone", alone);

        assertThat(JenkinsRule.getLog(build("alone", Result.FAILURE)), containsString("certificate"));
    }

    @Test
    void anEncryptedPemKeyIsDecryptedWithThePasswordOfTheCredentials() throws Exception {
        Configured.add(new CertificateCredentialsImpl(
                CredentialsScope.SYSTEM,
                "pem",
                "",
                PASSWORD,
                new CertificateCredentialsImpl.PEMEntryKeyStoreSource(
                        daemon.certificatePem() + daemon.caPem(), encryptedKey())));

        build("pem", Result.SUCCESS);
    }

    private String encryptedKey() throws Exception {
        return Certificates.pem(new JcaPKCS8Generator(
                key(),
                new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                        .setProvider(new BouncyCastleProvider())
                        .setPRF(PKCS8Generator.PRF_HMACSHA256)
                        .setPassword(PASSWORD.toCharArray())
                        .build()));
    }

    @Test
    void unusableCredentialsAreReportedByTheFormAndTheStep() throws Exception {
        KeyStore empty = keyStore();
        empty.setCertificateEntry("ca", authority());
        add("empty", empty);
        Configured.add(
                new DockerServerCredentials(
                        CredentialsScope.SYSTEM,
                        "encrypted",
                        "",
                        Secret.fromString(encryptedKey()),
                        daemon.certificatePem(),
                        daemon.caPem()),
                new DockerServerCredentials(
                        CredentialsScope.SYSTEM,
                        "swapped",
                        "",
                        Secret.fromString(daemon.certificatePem()),
                        daemon.certificatePem(),
                        daemon.caPem()),
                Configured.login("login", "user", "password"));

        assertRefused(
                "empty",
                "credentials 'empty': the client key cannot be used: the key store holds no private key"
                        + " with a certificate");
        assertRefused(
                "encrypted",
                "credentials 'encrypted': the client key is encrypted, and credentials of this kind"
                        + " have no passphrase; store certificate and key as credentials of the kind 'Certificate'");
        assertRefused(
                "swapped",
                "credentials 'swapped': the client key cannot be used: it is a certificate; use the"
                        + " private key that belongs to it");
        assertRefused(
                "login", "credentials 'login' are 'Username with password'; an X.509 client certificate is needed");
    }

    private void assertRefused(String credentialsId, String line) throws Exception {
        String log = JenkinsRule.getLog(build(credentialsId, Result.FAILURE));
        assertThat(log, containsString("builder 'default': " + line));
        assertThat(log, not(containsString("\tat ")));
        FormValidation told = jenkins.jenkins
                .getDescriptorByType(BuildkitBuilder.DescriptorImpl.class)
                .doCheckCredentialsId(null, credentialsId, daemon.address());
        assertEquals(FormValidation.Kind.ERROR, told.kind);
        assertThat(told.renderHtml(), containsString("credentials"));
    }
}
