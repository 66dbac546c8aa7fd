// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.AbortException;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.RegistryLogins;
import io.jenkins.plugins.treenq.config.Registry;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import java.io.Serializable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The registry logins of one build, in memory: what the job gave for its tags' registries, what is configured for all
 * jobs for the others. Never prints a secret.
 */
final class LoginsOnAgent implements RegistryLogins, Serializable {
    private static final long serialVersionUID = 1;

    private final HashMap<String, RegistryLogin> logins = new HashMap<>();

    /** Registries whose configured credentials are not there: they are not used without. */
    private final HashSet<String> broken = new HashSet<>();

    private LoginsOnAgent() {}

    /** @throws AbortException when credentials for a tag's registry are not there; the message says so */
    static LoginsOnAgent collect(ImageOrder order, BuildCredentials credentials, TaskListener listener)
            throws AbortException {
        LoginsOnAgent all = new LoginsOnAgent();
        Set<String> hosts = order.build().tags().stream()
                .map(tag -> ImageName.parse(tag).host())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (order.credentialsId() != null) {
            for (String host : hosts) {
                all.logins.put(host, credentials.login(order.credentialsId(), host));
            }
        }
        for (Registry registry : TreenqConfiguration.get().getRegistries()) {
            String host = registry.getHost();
            String credentialsId = registry.getCredentialsId();
            if (credentialsId != null && !all.logins.containsKey(host)) {
                all.addConfigured(host, credentialsId, hosts.contains(host), credentials, listener);
            }
        }
        return all;
    }

    private void addConfigured(
            String host, String credentialsId, boolean needed, BuildCredentials credentials, TaskListener listener)
            throws AbortException {
        try {
            logins.put(host, credentials.configuredLogin(credentialsId, host));
        } catch (AbortException e) {
            if (needed) {
                throw e;
            }
            // It may be of no concern to this build, which base images nobody knows before the daemon asks.
            listener.getLogger().println("WARNING: " + e.getMessage());
            broken.add(host);
        }
    }

    @Override
    public Optional<RegistryLogin> find(String host) {
        if (broken.contains(host)) {
            throw new IllegalStateException("the credentials configured for registry '" + host + "' are not there");
        }
        return Optional.ofNullable(logins.get(host));
    }

    /** To be masked in the log. */
    Set<String> secrets() {
        return logins.values().stream().map(RegistryLogin::secret).collect(Collectors.toSet());
    }

    @Override
    public String toString() {
        return "LoginsOnAgent" + logins.keySet();
    }
}
