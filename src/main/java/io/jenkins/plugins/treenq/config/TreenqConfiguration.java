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

/** The builders and registries of all jobs, and what jobs and folders may do. */
@Extension
@Symbol("treenq")
public class TreenqConfiguration extends GlobalConfiguration implements Scope {
    private static final List<String> LISTS = List.of("builders", "registries");
    private static final String POLICY = "policy";

    private List<BuildkitBuilder> builders = new ArrayList<>();
    private List<Registry> registries = new ArrayList<>();
    private String defaultBuilder;
    private Policy policy;

    /** The names of the attributes that the latest file of Configuration as Code gave; null when there was none. */
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

    /** @throws IllegalArgumentException when two have the same name */
    @DataBoundSetter
    public void setBuilders(@CheckForNull List<BuildkitBuilder> builders) {
        this.builders = Names.uniqueBuilders(builders);
    }

    @Override
    public List<Registry> getRegistries() {
        return List.copyOf(registries);
    }

    /** @throws IllegalArgumentException when two have the same host */
    @DataBoundSetter
    public void setRegistries(@CheckForNull List<Registry> registries) {
        this.registries = Names.uniqueRegistries(registries);
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

    /** What jobs and folders may do; null for everything. */
    @CheckForNull
    public Policy getPolicy() {
        return policy;
    }

    @DataBoundSetter
    public void setPolicy(@CheckForNull Policy policy) {
        this.policy = policy;
    }

    /** The policy that holds, whether one is configured or not. */
    public Policy policy() {
        return policy == null ? new Policy() : policy;
    }

    /** All that is configured. What is refused holds in no part, or it would until the next restart. */
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

    /** @throws IllegalArgumentException when the default builder is none of the builders */
    void requireDefaultBuilder() {
        Names.requireDefault(defaultBuilder, builders);
    }

    /** What is changed in the form still belongs to the file that gave it. */
    Set<String> givenByCode() {
        return givenByCode == null ? Set.of() : Set.copyOf(givenByCode);
    }

    void setGivenByCode(Set<String> names) {
        givenByCode = new TreeSet<>(names);
    }

    @Override
    public boolean configure(StaplerRequest2 req, JSONObject json) throws FormException {
        // A list that lost its last row is absent from the form, and would stay as it was.
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
            throw Names.refused(e);
        }
        if (!json.has(POLICY)) {
            policy = null;
        }
        save();
        return true;
    }

    @POST
    public ListBoxModel doFillDefaultBuilderItems(@QueryParameter String defaultBuilder) {
        return Names.choice(null, defaultBuilder);
    }
}
