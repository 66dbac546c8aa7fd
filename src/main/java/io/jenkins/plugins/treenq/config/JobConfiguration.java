// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.ExtensionList;
import hudson.model.Item;
import hudson.model.ItemGroup;
import io.jenkins.plugins.treenq.buildkit.registry.AllowedHosts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import jenkins.model.Jenkins;

/** The builders and registries that a job can use: those of its folders, the innermost first, and those of Jenkins. */
public final class JobConfiguration {
    private final List<Scope> scopes;

    private JobConfiguration(List<Scope> scopes) {
        this.scopes = scopes;
    }

    /**
     * @param item a job, for its own configuration; a folder, for the configuration of the jobs in it; or null, for
     *     the configuration that all jobs have in common
     */
    public static JobConfiguration of(@CheckForNull Item item) {
        List<Scope> scopes = new ArrayList<>();
        for (Object place = item; place instanceof Item inner; place = inner.getParent()) {
            if (place instanceof ItemGroup<?> group) {
                ExtensionList.lookup(Scope.Finder.class).stream()
                        .map(finder -> finder.in(group))
                        .flatMap(Optional::stream)
                        .forEach(scopes::add);
            }
        }
        scopes.add(TreenqConfiguration.get());
        return new JobConfiguration(scopes);
    }

    /** Returns the builders. If several builders have the same name, only the innermost one is included. */
    public Collection<ScopedItem<BuildkitBuilder>> builders() {
        return visible(Scope::getBuilders, BuildkitBuilder::getName).values();
    }

    /** Returns the registries. If several registries have the same host, only the innermost one is included. */
    public Collection<ScopedItem<Registry>> registries() {
        return visible(Scope::getRegistries, Registry::getHost).values();
    }

    /**
     * Returns the hosts that the controller may connect to for the job when the controller itself accesses registries.
     */
    public AllowedHosts controllerHosts() {
        return TreenqConfiguration.get()
                .policy()
                .controllerHosts(registries().stream().map(ScopedItem::item).toList());
    }

    /** Returns the builder for a new build of the job; see {@link BuilderChoice#choose}. */
    public ScopedItem<BuildkitBuilder> builder(@CheckForNull String name, List<String> platforms)
            throws AbortException {
        return owned(choice().choose(name, platforms));
    }

    /** Returns the builders for an image of several platforms; see {@link BuilderChoice#divide}. */
    public Map<String, List<String>> divide(List<String> platforms) throws AbortException {
        return choice().divide(platforms);
    }

    /** Returns the builder of a build that is already running. A draining builder is returned, too. */
    public ScopedItem<BuildkitBuilder> builder(String name) throws AbortException {
        return owned(choice().named(name));
    }

    private BuilderChoice choice() {
        return new BuilderChoice(builders().stream().map(ScopedItem::item).toList(), defaultBuilder());
    }

    private ScopedItem<BuildkitBuilder> owned(BuildkitBuilder builder) throws AbortException {
        ScopedItem<BuildkitBuilder> found = builders().stream()
                .filter(owned -> owned.item() == builder)
                .findFirst()
                .orElseThrow();
        if (found.owner() != Jenkins.get()
                && !TreenqConfiguration.get().policy().isFoldersMayDefineBuilders()) {
            throw new AbortException("builder '" + builder.getName() + "' is one of folder '"
                    + found.owner().getFullName()
                    + "': the administrator's policy does not allow folders to define builders");
        }
        return found;
    }

    /**
     * Returns the default builder's name from the innermost scope that configures a default builder or any builders. In
     * a scope without a default builder, this is the first builder. Null if no scope has builders.
     */
    @CheckForNull
    private String defaultBuilder() {
        for (Scope scope : scopes) {
            if (scope.getDefaultBuilder() != null) {
                return scope.getDefaultBuilder();
            }
            if (!scope.getBuilders().isEmpty()) {
                return scope.getBuilders().get(0).getName();
            }
        }
        return null;
    }

    private <T> Map<String, ScopedItem<T>> visible(Function<Scope, List<T>> items, Function<T, String> key) {
        Map<String, ScopedItem<T>> visible = new LinkedHashMap<>();
        for (Scope scope : scopes) {
            items.apply(scope)
                    .forEach(item -> visible.putIfAbsent(key.apply(item), new ScopedItem<>(item, scope.group())));
        }
        return visible;
    }
}
