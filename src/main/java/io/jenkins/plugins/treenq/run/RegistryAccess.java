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
 * The logins of one build for registries, which are kept in memory and never printed. For the registries that the job
 * names, the logins are those that the job gave; for all others, those that are configured for the job.
 */
final class RegistryAccess implements RegistryLogins, Serializable {
    private static final long serialVersionUID = 1;

    private final HashMap<String, RegistryLogin> logins = new HashMap<>();

    /**
     * The registries whose configured credentials cannot be found. These registries are not accessed without
     * credentials.
     */
    private final HashSet<String> broken = new HashSet<>();

    private RegistryAccess() {}

    /**
     * Collects the logins for all configured registries, because the registries that a build needs are unknown until
     * the daemon requests a login.
     *
     * @param named the registries that the job names, each with the ID of the credentials that the job gave for it,
     *     or with null
     * @throws AbortException if credentials for one of these registries cannot be found; the message says which
     */
    static RegistryAccess all(Map<String, String> named, Run<?, ?> run, TaskListener listener) throws AbortException {
        return new RegistryAccess().with(configured(run, registry -> true), named, run, listener);
    }

    /** Returns the access of a build that may use no login. */
    static RegistryAccess none() {
        return new RegistryAccess();
    }

    /** Collects the logins for the given registries and their mirrors only. */
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

    /** Maps the registries of the images to the same credentials. */
    static Map<String, String> named(Collection<String> images, @CheckForNull String credentialsId) {
        Map<String, String> named = new LinkedHashMap<>();
        images.forEach(image -> named.put(ImageName.parse(image).host(), credentialsId));
        return named;
    }

    /** Returns the connection settings of all registries, as they are configured for the job. */
    static RegistryConnections connections(Run<?, ?> run) {
        Map<String, RegistryConnection> connections = new HashMap<>();
        configured(run, registry -> true)
                .forEach(registry -> connections.put(
                        registry.item().getHost(), registry.item().connection()));
        return new RegistryConnections(connections, Registry.otherConnection());
    }

    /**
     * Opens access to images in the job's registries with these logins, from the controller. The controller connects to
     * no other hosts for this access.
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
            // The build may not need this registry.
            listener.getLogger().println("WARNING: " + e.getMessage());
            broken.add(host);
        }
    }

    @Override
    public Optional<RegistryLogin> find(String host) {
        if (broken.contains(host)) {
            throw new IllegalStateException("the credentials configured for registry '" + host + "' were not found");
        }
        return Optional.ofNullable(logins.get(host));
    }

    /** Returns the secrets, which are to be masked in the log. */
    Set<String> secrets() {
        return logins.values().stream().map(RegistryLogin::secret).collect(Collectors.toSet());
    }

    @Override
    public String toString() {
        return "RegistryAccess" + logins.keySet();
    }
}
