// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.Util;
import hudson.util.ComboBoxModel;
import hudson.util.FormValidation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import jenkins.model.GlobalConfiguration;
import jenkins.model.Jenkins;
import net.sf.json.JSONArray;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/** The builders and registries of all jobs. */
@Extension
@Symbol("treenq")
public class TreenqConfiguration extends GlobalConfiguration {
    private static final List<String> LISTS = List.of("builders", "registries");

    private List<BuildkitBuilder> builders = new ArrayList<>();
    private List<Registry> registries = new ArrayList<>();
    private String defaultBuilder;

    public TreenqConfiguration() {
        load();
    }

    public static TreenqConfiguration get() {
        return ExtensionList.lookupSingleton(TreenqConfiguration.class);
    }

    @Override
    public String getDisplayName() {
        return Messages.TreenqConfiguration_displayName();
    }

    public List<BuildkitBuilder> getBuilders() {
        return List.copyOf(builders);
    }

    /** @throws IllegalArgumentException when two have the same name */
    @DataBoundSetter
    public void setBuilders(List<BuildkitBuilder> builders) {
        requireUnique(builders, BuildkitBuilder::getName, Messages::TreenqConfiguration_duplicateBuilder);
        this.builders = new ArrayList<>(builders);
    }

    public List<Registry> getRegistries() {
        return List.copyOf(registries);
    }

    /** @throws IllegalArgumentException when two have the same host */
    @DataBoundSetter
    public void setRegistries(List<Registry> registries) {
        requireUnique(registries, Registry::getHost, Messages::TreenqConfiguration_duplicateRegistry);
        this.registries = new ArrayList<>(registries);
    }

    /** Null for the first one. */
    @CheckForNull
    public String getDefaultBuilder() {
        return defaultBuilder;
    }

    @DataBoundSetter
    public void setDefaultBuilder(@CheckForNull String defaultBuilder) {
        this.defaultBuilder = Util.fixEmptyAndTrim(defaultBuilder);
    }

    /** A job's builder; see {@link BuilderChoice#choose}. */
    public BuildkitBuilder builder(@CheckForNull String name, List<String> platforms) throws AbortException {
        return new BuilderChoice(builders, defaultBuilder).choose(name, platforms);
    }

    /** Builders for an image of several platforms; see {@link BuilderChoice#divide}. */
    public Map<String, List<String>> builders(List<String> platforms) throws AbortException {
        return new BuilderChoice(builders, defaultBuilder).divide(platforms);
    }

    /** The builder that a build was begun on, for its end; whether it takes new builds does not matter. */
    public BuildkitBuilder builder(String name) throws AbortException {
        return new BuilderChoice(builders, defaultBuilder).named(name);
    }

    @Override
    public boolean configure(StaplerRequest2 req, JSONObject json) throws FormException {
        // A list that lost its last row is absent from the form, and would stay as it was.
        for (String list : LISTS) {
            if (!json.has(list)) {
                json.put(list, new JSONArray());
            }
        }
        try {
            req.bindJSON(this, json);
        } catch (IllegalArgumentException e) {
            throw new FormException(rootMessage(e), e, LISTS.get(0));
        }
        save();
        return true;
    }

    @POST
    public ComboBoxModel doFillDefaultBuilderItems() {
        ComboBoxModel names = new ComboBoxModel();
        if (Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
            builders.forEach(builder -> names.add(builder.getName()));
        }
        return names;
    }

    @POST
    public FormValidation doCheckDefaultBuilder(@QueryParameter String value) {
        if (!Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
            return FormValidation.ok();
        }
        String name = Util.fixEmptyAndTrim(value);
        return name == null
                        || builders.stream()
                                .anyMatch(builder -> builder.getName().equals(name))
                ? FormValidation.ok()
                : FormValidation.warning(Messages.TreenqConfiguration_noSuchBuilder(name));
    }

    private static <T> void requireUnique(List<T> items, Function<T, String> key, Function<Object, String> message) {
        Set<String> seen = new HashSet<>();
        for (T item : items) {
            if (!seen.add(key.apply(item))) {
                throw new IllegalArgumentException(message.apply(key.apply(item)));
            }
        }
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage();
    }
}
