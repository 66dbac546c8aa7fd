// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.ExtensionPoint;
import hudson.model.ItemGroup;
import java.util.List;
import java.util.Optional;

/** A place where builders and registries are configured for the jobs in it: all of Jenkins, or a folder. */
public interface Scope {
    /** What the jobs are in; credentials are looked up there. */
    ItemGroup<?> group();

    List<BuildkitBuilder> getBuilders();

    List<Registry> getRegistries();

    /** Name of the builder for jobs that name none; null for the first. */
    @CheckForNull
    String getDefaultBuilder();

    /** Finds what is configured in a group of items; the plugin that has such groups need not be installed. */
    interface Finder extends ExtensionPoint {
        Optional<? extends Scope> in(ItemGroup<?> group);
    }
}
