// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.Descriptor.FormException;
import hudson.util.Secret;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.Registry;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import java.io.IOException;
import java.util.List;
import org.jenkinsci.plugins.docker.commons.credentials.DockerServerCredentials;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;

/** The configuration and the credentials that a test's jobs need. */
public final class Configured {
    public static final String CERTIFICATE = "buildkit-client";
    public static final String LOGIN = "registry-login";

    /** The certificate of a CA that has signed no other certificate. */
    public static final String AUTHORITY = """
            -----BEGIN CERTIFICATE-----
            MIIBgTCCASegAwIBAgIUJ5fwALqIz/KnOy6tMceGLbbFpV4wCgYIKoZIzj0EAwIw
            FTETMBEGA1UEAwwKYSByZWdpc3RyeTAgFw0yNjExMjkyMTA1MTVaGA8yMTI2MTEw
            NTIxMDUxNVowFTETMBEGA1UEAwwKYSByZWdpc3RyeTBZMBMGByqGSM49AgEGCCqG
            SM49AwEHA0IABFotvvFSx8GkpGRMXTyvK4ZkL9ejJLNUx4eIi7c1T/F4k0Je3x57
            xYAvyp/C7GSjSuoxJehtLYpjT5S8Gt6vzmyjUzBRMB0GA1UdDgQWBBSteoMOpGol
            mlr7fDGBCjy52QrmyzAfBgNVHSMEGDAWgBSteoMOpGolmlr7fDGBCjy52QrmyzAP
            BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIFRlK9D+sYmhWVzRL9WL
            2oHGD778/UFvWBjJIAWb43LvAiEAkkQbH0jpMoAlpQTKhfs4XVOTl31qoB4/RygZ
            FWXYM0w=
            -----END CERTIFICATE-----""";

    private Configured() {}

    /** Configures a builder with the daemon, its registry with a login, and the daemon's mirror of Docker Hub. */
    public static void with(Daemon daemon) throws IOException, FormException {
        add(
                certificate(daemon),
                login(LOGIN, daemon.login().username(), daemon.login().secret()));
        Registry registry = new Registry(daemon.registry());
        registry.setCredentialsId(LOGIN);
        registry.setCaCertificate(daemon.caPem());
        Registry mirror = new Registry(daemon.mirror());
        mirror.setCaCertificate(daemon.caPem());
        Registry hub = new Registry("docker.io");
        hub.setMirrors(List.of(daemon.mirror()));
        TreenqConfiguration configuration = TreenqConfiguration.get();
        configuration.setBuilders(List.of(builder("default", daemon.address())));
        configuration.setRegistries(List.of(registry, mirror, hub));
    }

    public static BuildkitBuilder builder(String name, String address) {
        BuildkitBuilder builder = new BuildkitBuilder(name, address);
        builder.setCredentialsId(CERTIFICATE);
        return builder;
    }

    /** Returns a client certificate of the system scope, which jobs cannot use. */
    public static Credentials certificate(Daemon daemon) throws IOException {
        return new DockerServerCredentials(
                CredentialsScope.SYSTEM,
                CERTIFICATE,
                "",
                Secret.fromString(daemon.keyPem()),
                daemon.certificatePem(),
                daemon.caPem());
    }

    public static Credentials login(String id, String user, String password) throws FormException {
        return new UsernamePasswordCredentialsImpl(CredentialsScope.GLOBAL, id, "", user, password);
    }

    public static Credentials text(String id, String secret) {
        return new StringCredentialsImpl(CredentialsScope.GLOBAL, id, "", Secret.fromString(secret));
    }

    public static void add(Credentials... credentials) throws IOException {
        SystemCredentialsProvider store = SystemCredentialsProvider.getInstance();
        store.getCredentials().addAll(List.of(credentials));
        store.save();
    }
}
