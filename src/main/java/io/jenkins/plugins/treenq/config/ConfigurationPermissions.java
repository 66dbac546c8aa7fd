// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Item;
import hudson.model.ItemGroup;
import jenkins.model.Jenkins;

/**
 * Determines where a configuration belongs: to a folder, which users with the permission to configure the folder can
 * change, or to Jenkins as a whole, which administrators can change.
 */
final class ConfigurationPermissions {
    private ConfigurationPermissions() {}

    /**
     * Returns the folder or Jenkins, or null if the user is not permitted to change the configuration.
     *
     * @param item item of the page with the form; null for none
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

    /**
     * Returns the folder or Jenkins, and throws an AccessDeniedException if the user is not permitted to change the
     * configuration. This method is for requests with an effect; {@link #owner} is for requests that only show values.
     */
    static ItemGroup<?> requireOwner(@CheckForNull Item item) {
        if (item instanceof ItemGroup<?> folder) {
            item.checkPermission(Item.CONFIGURE);
            return folder;
        }
        Jenkins.get().checkPermission(Jenkins.ADMINISTER);
        return Jenkins.get();
    }
}
