// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.Util;
import hudson.model.ItemGroup;
import hudson.util.ListBoxModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import jenkins.model.GlobalConfiguration;
import jenkins.model.Jenkins;
import net.sf.json.JSONArray;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/** The builders and registries that all jobs can use, and the policy for jobs and folders. */
@Extension
@Symbol("treenq")
public class TreenqConfiguration extends GlobalConfiguration implements Scope {
    private static final List<String> LISTS = List.of("builders", "registries");
    private static final String POLICY = "policy";

    private List<BuildkitBuilder> builders = new ArrayList<>();
    private List<Registry> registries = new ArrayList<>();
    private String defaultBuilder;
    private Policy policy;

    /** The names of the attributes in the latest file of Configuration as Code; null if there was none. */
    private TreeSet<String> givenByCode;

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

    @Override
    public ItemGroup<?> group() {
        return Jenkins.get();
    }

    @Override
    public List<BuildkitBuilder> getBuilders() {
        return List.copyOf(builders);
    }

    /** @throws IllegalArgumentException if two builders have the same name */
    @DataBoundSetter
    public void setBuilders(@CheckForNull List<BuildkitBuilder> builders) {
        this.builders = UniqueNames.uniqueBuilders(builders);
    }

    @Override
    public List<Registry> getRegistries() {
        return List.copyOf(registries);
    }

    /** @throws IllegalArgumentException if two registries have the same host */
    @DataBoundSetter
    public void setRegistries(@CheckForNull List<Registry> registries) {
        this.registries = UniqueNames.uniqueRegistries(registries);
    }

    @Override
    @CheckForNull
    public String getDefaultBuilder() {
        return defaultBuilder;
    }

    @DataBoundSetter
    public void setDefaultBuilder(@CheckForNull String defaultBuilder) {
        this.defaultBuilder = Util.fixEmptyAndTrim(defaultBuilder);
    }

    /** Returns the configured policy; null if none is configured. */
    @CheckForNull
    public Policy getPolicy() {
        return policy;
    }

    @DataBoundSetter
    public void setPolicy(@CheckForNull Policy policy) {
        this.policy = policy;
    }

    /** Returns the policy in force: the configured policy, or the default policy if none is configured. */
    public Policy policy() {
        return policy == null ? new Policy() : policy;
    }

    /**
     * All values of the configuration. If a change is rejected, all values are restored, because otherwise a part of
     * the change would stay in force until the next restart.
     */
    record Values(List<BuildkitBuilder> builders, List<Registry> registries, String defaultBuilder, Policy policy) {}

    Values values() {
        return new Values(builders, registries, defaultBuilder, policy);
    }

    void restore(Values earlier) {
        builders = earlier.builders();
        registries = earlier.registries();
        defaultBuilder = earlier.defaultBuilder();
        policy = earlier.policy();
    }

    /** @throws IllegalArgumentException if the default builder is not one of the builders */
    void requireDefaultBuilder() {
        UniqueNames.requireDefault(defaultBuilder, builders);
    }

    /**
     * Returns the names of the attributes that the latest file of Configuration as Code contained. An attribute that is
     * changed in the form still counts as one of the file.
     */
    Set<String> givenByCode() {
        return givenByCode == null ? Set.of() : Set.copyOf(givenByCode);
    }

    void setGivenByCode(Set<String> names) {
        givenByCode = new TreeSet<>(names);
    }

    @Override
    public boolean configure(StaplerRequest2 req, JSONObject json) throws FormException {
        // If the last row of a list was removed, the list is missing in the form's data. Without this, the list would
        // stay unchanged.
        for (String list : LISTS) {
            if (!json.has(list)) {
                json.put(list, new JSONArray());
            }
        }
        Values earlier = values();
        try {
            req.bindJSON(this, json);
            requireDefaultBuilder();
        } catch (IllegalArgumentException e) {
            restore(earlier);
            throw UniqueNames.refused(e);
        }
        if (!json.has(POLICY)) {
            policy = null;
        }
        save();
        return true;
    }

    @POST
    public ListBoxModel doFillDefaultBuilderItems(@QueryParameter String defaultBuilder) {
        return UniqueNames.choice(null, defaultBuilder);
    }
}
