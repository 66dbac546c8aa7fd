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
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A cache importer or a cache exporter. */
public abstract class BuildCache extends AbstractDescribableImpl<BuildCache> implements Serializable {
    private static final long serialVersionUID = 1;

    private String mode;
    private boolean ignoreError;
    private List<String> options = new ArrayList<>();

    BuildCache() {}

    /** Sets default values for parameters that are missing in XML that was written by hand. */
    protected Object readResolve() {
        setOptions(options);
        return this;
    }

    /**
     * Returns the mode of a cache exporter: {@code min} for the layers of the result, {@code max} for those of all
     * stages; null for {@code min}.
     */
    @CheckForNull
    public String getMode() {
        return mode;
    }

    @DataBoundSetter
    public void setMode(@CheckForNull String mode) {
        this.mode = Util.fixEmptyAndTrim(mode);
    }

    /** Tells whether the build continues if the cache cannot be exported. */
    public boolean isIgnoreError() {
        return ignoreError;
    }

    @DataBoundSetter
    public void setIgnoreError(boolean ignoreError) {
        this.ignoreError = ignoreError;
    }

    /** Returns BuildKit's options for this type of cache, each as {@code key=value}. */
    public List<String> getOptions() {
        return options;
    }

    @DataBoundSetter
    public void setOptions(@CheckForNull List<String> options) {
        this.options = LineList.of(options);
    }

    /** Returns BuildKit's name for this type of cache. */
    abstract String type();

    /**
     * Returns this cache's own parameters by BuildKit's keys. Null values are omitted.
     *
     * @param from whether the cache is imported
     */
    abstract Map<String, String> attributes(boolean from) throws AbortException;

    /** Returns the values of the cache's credentials by BuildKit's keys. */
    Map<String, String> secretAttributes(BuildCredentials credentials, UnaryOperator<String> expand)
            throws AbortException {
        return Map.of();
    }

    /** Returns the cache importer. */
    public final CacheEntry from(BuildCredentials credentials, UnaryOperator<String> expand) throws AbortException {
        return entry(credentials, expand, true);
    }

    /**
     * Returns the cache exporter.
     *
     * @throws AbortException if the mode or another parameter is invalid; the message says which
     */
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
            // BuildKit would treat an unknown mode as min.
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

    /** The parts of the form that all types of caches have in common. */
    abstract static class CacheDescriptor extends OptionsDescriptor<BuildCache> {
        /** @throws IllegalArgumentException if the text is not an HTTP or HTTPS URL */
        static void checkUrl(String text) {
            if (!text.matches("https?://[^/@\\s]+(?:/\\S*)?")) {
                throw new IllegalArgumentException(Messages.BuildCache_notAnAddress());
            }
        }

        @POST
        public ListBoxModel doFillModeItems(@QueryParameter String mode) {
            ListBoxModel modes = new ListBoxModel();
            modes.add(Messages.BuildCache_modeDefault(), "");
            modes.add(Messages.BuildCache_modeMin(), "min");
            modes.add(Messages.BuildCache_modeMax(), "max");
            return SelectOptions.with(mode, modes);
        }
    }
}
