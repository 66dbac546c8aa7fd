// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import java.util.HashMap;
import java.util.Map;
import org.kohsuke.stapler.DataBoundSetter;

/** A cache in an object store, which can also contain other caches and other objects. */
public abstract class ObjectStoreCache extends RemoteCache {
    private static final long serialVersionUID = 1;

    private String name;
    private String prefix;

    ObjectStoreCache() {}

    /**
     * Returns the name that distinguishes this cache from others in the store; null for BuildKit's default,
     * {@code buildkit}.
     */
    @CheckForNull
    public final String getName() {
        return name;
    }

    @DataBoundSetter
    public final void setName(@CheckForNull String name) {
        this.name = Util.fixEmptyAndTrim(name);
    }

    /** Returns the prefix of the names of all objects of the cache. */
    @CheckForNull
    public final String getPrefix() {
        return prefix;
    }

    @DataBoundSetter
    public final void setPrefix(@CheckForNull String prefix) {
        this.prefix = Util.fixEmptyAndTrim(prefix);
    }

    @Override
    Map<String, String> attributes(boolean from) {
        Map<String, String> values = new HashMap<>();
        values.put("name", name);
        values.put("prefix", prefix);
        return values;
    }
}
