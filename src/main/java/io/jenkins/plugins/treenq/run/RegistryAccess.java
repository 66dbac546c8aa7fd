// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.images.ImageRegistry;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnection;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.config.JobConfiguration;
import io.jenkins.plugins.treenq.config.Registry;
import io.jenkins.plugins.treenq.config.ScopedItem;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import java.io.Serializable;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The registries of one build, in memory: the logins are what the job gave for those that it names, and what is
 * configured for the job for the others. Never prints a secret.
 */
final class RegistryAccess implements RegistryLogins, Serializable {
    private static final long serialVersionUID = 1;

    private final HashMap<String, RegistryLogin> logins = new HashMap<>();

    /** Registries whose configured credentials are not there: they are not used without. */
    private final HashSet<String> broken = new HashSet<>();

    private RegistryAccess() {}

    /**
     * All registries, for nobody knows which ones a build needs before the daemon asks.
     *
     * @param named the registries that the job names, each with the credentials that the job gave for it, or with null
     * @throws AbortException when credentials for one of them are not there; the message says so
     */
    static RegistryAccess all(Map<String, String> named, Run<?, ?> run, TaskListener listener) throws AbortException {
        return new RegistryAccess().with(configured(run, registry -> true), named, run, listener);
    }

    /** The same for these registries alone, and their mirrors. */
    static RegistryAccess only(Map<String, String> named, Run<?, ?> run, TaskListener listener) throws AbortException {
        Set<String> wanted = new HashSet<>(named.keySet());
        for (ScopedItem<Registry> registry : configured(run, registry -> named.containsKey(registry.getHost()))) {
            registry.item().getMirrors().forEach(mirror -> wanted.add(mirror.replaceFirst("/.*", "")));
        }
        return new RegistryAccess()
                .with(configured(run, registry -> wanted.contains(registry.getHost())), named, run, listener);
    }

    private static List<ScopedItem<Registry>> configured(Run<?, ?> run, Predicate<Registry> wanted) {
        return JobConfiguration.of(run.getParent()).registries().stream()
                .filter(registry -> wanted.test(registry.item()))
                .toList();
    }

    private RegistryAccess with(
            List<ScopedItem<Registry>> configured, Map<String, String> named, Run<?, ?> run, TaskListener listener)
            throws AbortException {
        BuildCredentials credentials = BuildCredentials.of(run);
        for (Map.Entry<String, String> given : named.entrySet()) {
            if (given.getValue() != null) {
                logins.put(given.getKey(), credentials.login(given.getValue(), given.getKey()));
            }
        }
        for (ScopedItem<Registry> registry : configured) {
            String host = registry.item().getHost();
            String credentialsId = registry.item().getCredentialsId();
            if (credentialsId != null && !logins.containsKey(host)) {
                addConfigured(registry, credentialsId, named.containsKey(host), credentials, listener);
            }
        }
        return this;
    }

    /** The registries of the images, all with the same credentials. */
    static Map<String, String> named(Collection<String> images, @CheckForNull String credentialsId) {
        Map<String, String> named = new LinkedHashMap<>();
        images.forEach(image -> named.put(ImageName.parse(image).host(), credentialsId));
        return named;
    }

    /** How the job's registries are reached. */
    static RegistryConnections connections(Run<?, ?> run) {
        Map<String, RegistryConnection> connections = new HashMap<>();
        configured(run, registry -> true)
                .forEach(registry -> connections.put(
                        registry.item().getHost(), registry.item().connection()));
        return new RegistryConnections(connections, Registry.otherConnection());
    }

    /**
     * Images in the job's registries, with these logins, from the controller, which connects to no other hosts for it.
     */
    ImageRegistry open(Run<?, ?> run) {
        return new ImageRegistry(
                this, connections(run), JobConfiguration.of(run.getParent()).controllerHosts());
    }

    private void addConfigured(
            ScopedItem<Registry> registry,
            String credentialsId,
            boolean needed,
            BuildCredentials credentials,
            TaskListener listener)
            throws AbortException {
        String host = registry.item().getHost();
        try {
            logins.put(host, credentials.configuredLogin(credentialsId, host, registry.owner()));
        } catch (AbortException e) {
            if (needed) {
                throw e;
            }
            // It may be of no concern here.
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
        return "RegistryAccess" + logins.keySet();
    }
}
