// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Item;
import hudson.model.ItemGroup;
import jenkins.model.Jenkins;

/**
 * Where a configuration belongs that somebody works on: to a folder, for those who may configure that one, or to all of
 * Jenkins, for administrators.
 */
final class ConfigurationPermissions {
    private ConfigurationPermissions() {}

    /**
     * Null for somebody who may not change it.
     *
     * @param item that the form is a form of; null for none
     */
    @CheckForNull
    static ItemGroup<?> owner(@CheckForNull Item item) {
        if (item instanceof ItemGroup<?> folder) {
            return item.hasPermission(Item.CONFIGURE) ? folder : null;
        }
        return Jenkins.get().hasPermission(Jenkins.ADMINISTER) ? Jenkins.get() : null;
    }

    static boolean isDenied(@CheckForNull Item item) {
        return owner(item) == null;
    }

    /** The same as {@link #owner} for what has an effect. */
    static ItemGroup<?> requireOwner(@CheckForNull Item item) {
        if (item instanceof ItemGroup<?> folder) {
            item.checkPermission(Item.CONFIGURE);
            return folder;
        }
        Jenkins.get().checkPermission(Jenkins.ADMINISTER);
        return Jenkins.get();
    }
}
