// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.ExtensionPoint;
import hudson.model.ItemGroup;
import java.util.List;
import java.util.Optional;

/** A scope in which builders and registries are configured for the jobs in it: Jenkins as a whole, or a folder. */
public interface Scope {
    /** Returns the group that contains the jobs. Credentials are looked up in this group. */
    ItemGroup<?> group();

    List<BuildkitBuilder> getBuilders();

    List<Registry> getRegistries();

    /** Returns the name of the builder for jobs that name none; null for the first builder. */
    @CheckForNull
    String getDefaultBuilder();

    /**
     * Finds the scope of an item group. This is an extension point, because the plugin that provides the groups may not
     * be installed.
     */
    interface Finder extends ExtensionPoint {
        Optional<? extends Scope> in(ItemGroup<?> group);
    }
}
