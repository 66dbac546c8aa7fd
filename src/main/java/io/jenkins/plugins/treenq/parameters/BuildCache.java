// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.verb.POST;

/** A place that build cache is taken from or left at. */
public abstract class BuildCache extends AbstractDescribableImpl<BuildCache> implements Serializable {
    private static final long serialVersionUID = 1;

    private String mode;
    private boolean ignoreError;
    private List<String> options = new ArrayList<>();

    BuildCache() {}

    /** What is left there: {@code min} for the layers of the result, {@code max} for those of all stages. */
    @CheckForNull
    public String getMode() {
        return mode;
    }

    @DataBoundSetter
    public void setMode(@CheckForNull String mode) {
        this.mode = Util.fixEmptyAndTrim(mode);
    }

    /** Whether the build goes on when cache cannot be left there. */
    public boolean isIgnoreError() {
        return ignoreError;
    }

    @DataBoundSetter
    public void setIgnoreError(boolean ignoreError) {
        this.ignoreError = ignoreError;
    }

    /** BuildKit's own keys for this kind of cache, each as {@code key=value}. */
    public List<String> getOptions() {
        return options;
    }

    @DataBoundSetter
    public void setOptions(@CheckForNull List<String> options) {
        this.options = LineList.of(options);
    }

    /** BuildKit's name of the kind. */
    abstract String type();

    /**
     * What its own parameters mean, by BuildKit's keys; null values are left out.
     *
     * @param from whether cache is taken from there
     */
    abstract Map<String, String> attributes(boolean from) throws AbortException;

    /** What its credentials mean, by BuildKit's keys. */
    Map<String, String> secretAttributes(BuildCredentials credentials, UnaryOperator<String> expand)
            throws AbortException {
        return Map.of();
    }

    /** To take cache from. */
    public final CacheEntry from(BuildCredentials credentials, UnaryOperator<String> expand) throws AbortException {
        return entry(credentials, expand, true);
    }

    /** To leave cache at. */
    public final CacheEntry to(BuildCredentials credentials, UnaryOperator<String> expand) throws AbortException {
        Map<String, String> own = new HashMap<>();
        if (mode != null) {
            own.put("mode", mode);
        }
        if (ignoreError) {
            own.put("ignore-error", "true");
        }
        CacheEntry entry = entry(credentials, expand, false);
        own.putAll(entry.attributes());
        String layers = own.getOrDefault("mode", "min");
        if (!layers.equals("min") && !layers.equals("max")) {
            // BuildKit would take it for min.
            throw new AbortException("cacheTo: mode '" + layers + "' is neither min nor max");
        }
        return new CacheEntry(entry.type(), own);
    }

    private CacheEntry entry(BuildCredentials credentials, UnaryOperator<String> expand, boolean from)
            throws AbortException {
        Map<String, String> values = new HashMap<>();
        for (Map.Entry<String, String> own : attributes(from).entrySet()) {
            if (own.getValue() != null) {
                values.put(own.getKey(), expand.apply(own.getValue()));
            }
        }
        values.putAll(KeyValueList.map(options, "options", expand));
        values.putAll(secretAttributes(credentials, expand));
        return new CacheEntry(type(), values);
    }

    /** What all kinds have in their forms. */
    abstract static class CacheDescriptor extends OptionsDescriptor<BuildCache> {
        /** Refuses what is no address of a service. */
        static void checkUrl(String text) {
            if (!text.matches("https?://[^/@\\s]+(?:/\\S*)?")) {
                throw new IllegalArgumentException(Messages.BuildCache_notAnAddress());
            }
        }

        @POST
        public ListBoxModel doFillModeItems() {
            ListBoxModel modes = new ListBoxModel();
            modes.add(Messages.BuildCache_modeDefault(), "");
            modes.add(Messages.BuildCache_modeMin(), "min");
            modes.add(Messages.BuildCache_modeMax(), "max");
            return modes;
        }
    }
}
