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

/** The builders and registries that one job sees: those of its folders, inner ones first, and those of all jobs. */
public final class JobConfiguration {
    private final List<Scope> scopes;

    private JobConfiguration(List<Scope> scopes) {
        this.scopes = scopes;
    }

    /** @param item a job, or a folder for what the jobs in it see; null for what all jobs see */
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

    /** Of several with the same name the innermost. */
    public Collection<ScopedItem<BuildkitBuilder>> builders() {
        return visible(Scope::getBuilders, BuildkitBuilder::getName).values();
    }

    /** Of several with the same host the innermost. */
    public Collection<ScopedItem<Registry>> registries() {
        return visible(Scope::getRegistries, Registry::getHost).values();
    }

    /** Where the controller connects to for the job, when it talks to registries itself. */
    public AllowedHosts controllerHosts() {
        return TreenqConfiguration.get()
                .policy()
                .controllerHosts(registries().stream().map(ScopedItem::item).toList());
    }

    /** The job's builder for a new build; see {@link BuilderChoice#choose}. */
    public ScopedItem<BuildkitBuilder> builder(@CheckForNull String name, List<String> platforms)
            throws AbortException {
        return owned(choice().choose(name, platforms));
    }

    /** Builders for an image of several platforms, by name; see {@link BuilderChoice#divide}. */
    public Map<String, List<String>> divide(List<String> platforms) throws AbortException {
        return choice().divide(platforms);
    }

    /** The builder that a build was begun on, for its end; whether it takes new builds does not matter. */
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

    /** Of the innermost place that has a say; its first builder if it names none. Null when nobody has. */
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
