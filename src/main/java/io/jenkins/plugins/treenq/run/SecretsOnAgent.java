// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.AbortException;
import hudson.EnvVars;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.SshKey;
import io.jenkins.plugins.treenq.buildkit.client.Workspace;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import io.jenkins.plugins.treenq.buildkit.session.SshAgent;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.credentials.RemoteAccess;
import io.jenkins.plugins.treenq.credentials.SecretText;
import io.jenkins.plugins.treenq.parameters.BuildSecret;
import io.jenkins.plugins.treenq.parameters.SshAccess;
import java.io.Serializable;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The secrets and SSH keys of one build, which are kept in memory and never printed. */
final class SecretsOnAgent implements Serializable {
    private static final long serialVersionUID = 1;

    private static final int LARGEST_MASKED_BYTES = 16 * 1024;

    private final HashMap<String, SecretText> secrets = new HashMap<>();
    private final HashMap<String, ArrayList<SshKey>> keys = new HashMap<>();
    private final HashMap<String, String> sockets = new HashMap<>();

    private SecretsOnAgent() {}

    /** @throws AbortException if a secret cannot be found or has the wrong type; the message says which */
    static SecretsOnAgent collect(ImageOrder order, BuildCredentials credentials, EnvVars environment)
            throws AbortException {
        SecretsOnAgent all = new SecretsOnAgent();
        if (order.contextCredentialsId() != null) {
            all.addContext(order.build().context(), order.contextCredentialsId(), credentials);
        }
        for (BuildSecret unexpanded : order.secrets()) {
            BuildSecret secret = unexpanded.expanded(order.expand());
            all.add(secret.getId(), secret.value(credentials, environment));
        }
        for (SshAccess unexpanded : order.ssh()) {
            SshAccess access = unexpanded.expanded(order.expand());
            String socket = access.socket(environment);
            if (socket == null) {
                all.keys
                        .computeIfAbsent(access.getId(), id -> new ArrayList<>())
                        .addAll(access.keys(credentials));
            } else if (all.sockets.put(access.getId(), socket) != null) {
                throw new AbortException("ssh '" + access.getId() + "' has two SSH agents");
            }
        }
        for (String id : all.sockets.keySet()) {
            if (all.keys.containsKey(id)) {
                throw new AbortException(
                        "ssh '" + id + "' has both keys and an SSH agent; give one of them another id");
            }
        }
        return all;
    }

    /**
     * Adds the credentials for a build context that the daemon fetches, under the secret IDs that the daemon requests
     * before it fetches ({@code source/git/source.go}, {@code source/http/source.go}).
     */
    private void addContext(String address, String credentialsId, BuildCredentials credentials) throws AbortException {
        RemoteAccess access = credentials.remote(credentialsId, address);
        String authorization = access.header();
        if (authorization == null) {
            keys.put(SshAccess.DEFAULT_ID, new ArrayList<>(access.keys()));
            return;
        }
        URI uri;
        try {
            uri = URI.create(address.replaceFirst("#.*$", ""));
        } catch (IllegalArgumentException e) {
            throw new AbortException("context '" + address + "' is not an address");
        }
        if (uri.getHost() == null || !List.of("http", "https").contains(uri.getScheme())) {
            throw new AbortException("contextCredentialsId: '" + address
                    + "' is not fetched over HTTP; use an SSH key, or omit contextCredentialsId for a folder of the"
                    + " workspace");
        }
        SecretText header = SecretText.of(authorization.getBytes(StandardCharsets.UTF_8));
        add("GIT_AUTH_HEADER." + uri.getAuthority(), header);
        add("HTTP_AUTH_HEADER_" + uri.getHost(), header);
    }

    private void add(String id, SecretText secret) throws AbortException {
        if (secrets.put(id, secret) != null) {
            throw new AbortException("secret '" + id + "' is listed twice");
        }
    }

    /**
     * Reads the secrets that are in files of the workspace.
     *
     * @throws BuildkitException.InvalidRequestException if a file cannot be read
     */
    void read(Workspace workspace) throws BuildkitException.InvalidRequestException {
        for (Map.Entry<String, SecretText> secret : secrets.entrySet()) {
            String file = secret.getValue().file();
            if (file != null) {
                secret.setValue(
                        SecretText.of(workspace.read(file, "secret '" + secret.getKey() + "'", Secrets.MAX_BYTES)));
            }
        }
    }

    /** Returns the secrets that the daemon can request. The secrets in files must have been read before. */
    Secrets secrets() {
        return id -> Optional.ofNullable(secrets.get(id)).map(SecretText::value);
    }

    /** Returns the SSH agents for build steps that mount SSH, by ID. */
    Map<String, SshAgent> ssh() throws BuildkitException.InvalidRequestException {
        Map<String, SshAgent> agents = new HashMap<>();
        keys.forEach((id, of) -> agents.put(id, new SshAgent.Keys(of)));
        for (Map.Entry<String, String> socket : sockets.entrySet()) {
            try {
                agents.put(socket.getKey(), new SshAgent.Socket(Path.of(socket.getValue()), false));
            } catch (InvalidPathException e) {
                throw new BuildkitException.InvalidRequestException(
                        "ssh '" + socket.getKey() + "': '" + socket.getValue() + "' cannot be a path");
            }
        }
        return agents;
    }

    /**
     * Returns the secret texts, which are to be masked in the log. The secrets in files must have been read before.
     * Secrets beyond the maximum size are omitted, because a build step would not print them as text.
     */
    Set<String> texts() {
        return Stream.concat(
                        secrets.values().stream()
                                .map(SecretText::value)
                                .filter(value -> value != null && value.length <= LARGEST_MASKED_BYTES)
                                .map(value -> new String(value, StandardCharsets.UTF_8)),
                        keys.values().stream().flatMap(List::stream).map(SshKey::pem))
                .collect(Collectors.toSet());
    }

    @Override
    public String toString() {
        return "SecretsOnAgent[secrets=" + secrets.keySet() + ", ssh=" + keys.keySet() + sockets.keySet() + "]";
    }
}
