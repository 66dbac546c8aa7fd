// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.credentials;

import com.cloudbees.jenkins.plugins.sshcredentials.SSHUserPrivateKey;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.StandardCertificateCredentials;
import com.cloudbees.plugins.credentials.common.StandardCredentials;
import com.cloudbees.plugins.credentials.common.StandardUsernamePasswordCredentials;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.model.ItemGroup;
import hudson.model.Run;
import hudson.security.ACL;
import hudson.util.Secret;
import io.jenkins.plugins.treenq.buildkit.SshKey;
import io.jenkins.plugins.treenq.buildkit.Tls;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import io.jenkins.plugins.treenq.buildkit.keyfiles.PassphraseMissingException;
import io.jenkins.plugins.treenq.buildkit.keyfiles.PrivateKeyReader;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jenkinsci.plugins.docker.commons.credentials.DockerServerCredentials;
import org.jenkinsci.plugins.plaincredentials.FileCredentials;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/**
 * Looks up the credentials of a build, or those for testing a configuration.
 *
 * <p>The IDs in a configuration are looked up with Jenkins' own permissions, in the scope of the configuration. The IDs
 * in Jenkins' configuration are never looked up in a folder, so that a folder cannot replace the credentials by others
 * with the same ID; their credentials may have the system scope. The IDs in a folder's configuration cannot refer to
 * credentials of the system scope. The IDs that a job gives are looked up for the run: the run's folders and its
 * authentication determine which credentials are found.
 */
public final class BuildCredentials {
    @CheckForNull
    private final Run<?, ?> run;

    private BuildCredentials(@CheckForNull Run<?, ?> run) {
        this.run = run;
    }

    public static BuildCredentials of(Run<?, ?> run) {
        return new BuildCredentials(run);
    }

    /**
     * Returns a lookup for testing a configuration. The use of credentials is not tracked, and the credentials of jobs
     * are not found.
     */
    public static BuildCredentials untracked() {
        return new BuildCredentials(null);
    }

    /**
     * Returns the TLS settings with the client certificate of a configuration. The private key is decrypted.
     *
     * @param serverName host name in the daemon's certificate; null for the host of the address
     * @param owner scope of the configuration
     * @throws AbortException if there are no such credentials of this type, or the key cannot be used; the message
     *     says which
     */
    public Tls tls(String credentialsId, @CheckForNull String serverName, ItemGroup<?> owner) throws AbortException {
        String need = "an X.509 client certificate is needed";
        StandardCredentials found =
                configured(credentialsId, StandardCredentials.class, Requirements.docker(), owner, need);
        if (found instanceof DockerServerCredentials texts) {
            return ClientCertificate.of(tracked(texts), serverName);
        }
        if (found instanceof StandardCertificateCredentials store) {
            return ClientCertificate.of(tracked(store), serverName);
        }
        throw missing(credentialsId, found, DockerServerCredentials.class, need);
    }

    /**
     * Returns the login for a registry from a configuration.
     *
     * @param owner scope of the configuration
     * @throws AbortException if there are no such credentials of this type for this registry; the message says why
     */
    public RegistryLogin configuredLogin(String credentialsId, String host, ItemGroup<?> owner) throws AbortException {
        return login(configured(
                credentialsId,
                StandardUsernamePasswordCredentials.class,
                Requirements.registry(host),
                owner,
                "registry '" + host + "' needs a username with password"));
    }

    /**
     * Returns the login that a job gave for a registry.
     *
     * @throws AbortException if the run cannot use such credentials of this type for this registry; the message
     *     says which
     */
    public RegistryLogin login(String credentialsId, String host) throws AbortException {
        return login(ofRun(
                credentialsId,
                StandardUsernamePasswordCredentials.class,
                Requirements.registry(host),
                "registry '" + host + "' needs a username with password"));
    }

    /**
     * Returns the user name and password that a job gave for a service other than a registry.
     *
     * @param address address of the service; null if it is unknown
     * @param purpose text for error messages that says what the login is for
     * @throws AbortException if the run cannot use such credentials of this type; the message says why
     */
    public RegistryLogin loginFor(String credentialsId, @CheckForNull String address, String purpose)
            throws AbortException {
        return login(ofRun(
                credentialsId,
                StandardUsernamePasswordCredentials.class,
                Requirements.address(address),
                purpose + " needs a username with password"));
    }

    /**
     * Returns the secret that a job gave: a text, the content of a file, or a password.
     *
     * @param purpose text for error messages that says what the secret is for
     * @throws AbortException if the run cannot use such credentials, or the file cannot be read; the message says why
     */
    public SecretText secret(String credentialsId, String purpose) throws AbortException {
        return SecretText.of(secretBytes(credentialsId, purpose));
    }

    /** Returns the secret that a job gave as text; see {@link #secret}. */
    public String text(String credentialsId, String purpose) throws AbortException {
        return new String(secretBytes(credentialsId, purpose), StandardCharsets.UTF_8);
    }

    private byte[] secretBytes(String credentialsId, String purpose) throws AbortException {
        String need = purpose + " needs a secret text, a secret file or a username with password";
        StandardCredentials found = ofRun(credentialsId, StandardCredentials.class, List.of(), need);
        if (found instanceof StringCredentials text) {
            return bytes(tracked(text).getSecret());
        }
        if (found instanceof StandardUsernamePasswordCredentials login) {
            return bytes(tracked(login).getPassword());
        }
        if (found instanceof FileCredentials file) {
            try (InputStream content = tracked(file).getContent()) {
                return content.readAllBytes();
            } catch (IOException e) {
                throw new AbortException("credentials '" + credentialsId + "' cannot be read: " + FileErrors.reason(e));
            }
        }
        throw missing(credentialsId, found, StringCredentials.class, need);
    }

    /**
     * Returns the access that a job gave for files that the daemon fetches: a login, a token, or SSH keys.
     *
     * @param address address of the files
     * @throws AbortException if the run cannot use such credentials of these types; the message says why
     */
    public RemoteAccess remote(String credentialsId, String address) throws AbortException {
        String need =
                "'" + address + "' needs a username with password, a secret text or an SSH username with private key";
        StandardCredentials found =
                ofRun(credentialsId, StandardCredentials.class, Requirements.address(address), need);
        if (found instanceof StandardUsernamePasswordCredentials login) {
            tracked(login);
            return RemoteAccess.ofLogin(login.getUsername(), login.getPassword().getPlainText());
        }
        if (found instanceof StringCredentials token) {
            return RemoteAccess.ofToken(tracked(token).getSecret().getPlainText());
        }
        if (found instanceof SSHUserPrivateKey key) {
            return RemoteAccess.ofKeys(keys(key, credentialsId));
        }
        throw missing(credentialsId, found, SSHUserPrivateKey.class, need);
    }

    /**
     * Returns the private keys that a job gave.
     *
     * @param purpose text for error messages that says what the keys are for
     * @throws AbortException if the run cannot use such credentials, or a key cannot be used; the message says why
     */
    public List<SshKey> sshKeys(String credentialsId, String purpose) throws AbortException {
        return keys(
                ofRun(
                        credentialsId,
                        SSHUserPrivateKey.class,
                        List.of(),
                        purpose + " needs an SSH username with private key"),
                credentialsId);
    }

    /** Decrypts the keys on the controller, so that the passphrase is not sent to an agent. */
    private List<SshKey> keys(SSHUserPrivateKey found, String credentialsId) throws AbortException {
        char[] passphrase = Secret.toString(tracked(found).getPassphrase()).toCharArray();
        List<SshKey> keys = new ArrayList<>();
        try {
            for (String key : found.getPrivateKeys()) {
                keys.add(PrivateKeyReader.sshKey(key, passphrase, credentialsId));
            }
        } catch (PassphraseMissingException e) {
            throw new AbortException("credentials '" + credentialsId
                    + "': the SSH key is encrypted; add its passphrase to the credentials");
        } catch (GeneralSecurityException e) {
            throw new AbortException(
                    "credentials '" + credentialsId + "': the SSH key cannot be used: " + e.getMessage());
        } finally {
            Arrays.fill(passphrase, ' ');
        }
        return keys;
    }

    private <C extends StandardCredentials> C ofRun(
            String id, Class<C> type, List<DomainRequirement> requirements, String need) throws AbortException {
        if (run == null) {
            throw new IllegalStateException("credentials of a job can only be looked up for a run");
        }
        C found = CredentialsProvider.findCredentialById(id, type, run, requirements);
        if (found == null) {
            throw missing(
                    id,
                    CredentialsProvider.findCredentialById(id, StandardCredentials.class, run, List.of()),
                    type,
                    need);
        }
        return found;
    }

    private static byte[] bytes(Secret secret) {
        return secret.getPlainText().getBytes(StandardCharsets.UTF_8);
    }

    private RegistryLogin login(StandardUsernamePasswordCredentials found) {
        tracked(found);
        return new RegistryLogin(found.getUsername(), found.getPassword().getPlainText());
    }

    private <C extends StandardCredentials> C tracked(C found) {
        return run == null ? found : CredentialsProvider.track(run, found);
    }

    private static <C extends StandardCredentials> C configured(
            String id, Class<C> type, List<DomainRequirement> requirements, ItemGroup<?> owner, String need)
            throws AbortException {
        C found = in(owner, id, type, requirements);
        if (found == null) {
            throw missing(id, in(owner, id, StandardCredentials.class, List.of()), type, need);
        }
        return found;
    }

    @CheckForNull
    private static <C extends StandardCredentials> C in(
            ItemGroup<?> owner, String id, Class<C> type, List<DomainRequirement> requirements) {
        return CredentialsProvider.findCredentialByIdInItemGroup(id, type, owner, ACL.SYSTEM2, requirements);
    }

    private static AbortException missing(
            String id, @CheckForNull StandardCredentials other, Class<?> type, String need) {
        if (other == null) {
            return new AbortException(
                    "credentials '" + id + "' were not found, or may not be used here; " + need + ", check the id");
        }
        return new AbortException(
                type.isInstance(other)
                        ? "credentials '" + id + "' are in a domain for another host; " + need + " from a domain for it"
                        : "credentials '" + id + "' are '" + typeOf(other) + "'; " + need);
    }

    private static String typeOf(StandardCredentials credentials) {
        return credentials.getDescriptor().getDisplayName();
    }
}
