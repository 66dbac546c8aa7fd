// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import java.util.HashMap;
import java.util.Map;
import org.kohsuke.stapler.DataBoundSetter;

/** Cache as objects of a store, which other caches and other things can be in, too. */
public abstract class ObjectStoreCache extends RemoteCache {
    private static final long serialVersionUID = 1;

    private String name;
    private String prefix;

    ObjectStoreCache() {}

    /** Of this cache among others in the store; null for buildkit. */
    @CheckForNull
    public final String getName() {
        return name;
    }

    @DataBoundSetter
    public final void setName(@CheckForNull String name) {
        this.name = Util.fixEmptyAndTrim(name);
    }

    /** What the names of all its objects begin with. */
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
