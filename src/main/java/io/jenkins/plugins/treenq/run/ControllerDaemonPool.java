// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.Extension;
import hudson.ExtensionList;
import hudson.XmlFile;
import hudson.model.ItemGroup;
import hudson.model.Saveable;
import hudson.model.listeners.SaveableListener;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.pool.DaemonPool;

/**
 * The daemon pool that all builds of this controller share. When the configuration changes, the pool reconsiders the
 * builds that wait for a slot.
 */
@Extension
public final class ControllerDaemonPool extends SaveableListener {
    private final DaemonPool pool = new DaemonPool(Async.SHORT);

    static DaemonPool get() {
        return ExtensionList.lookupSingleton(ControllerDaemonPool.class).pool;
    }

    @Override
    public void onChange(Saveable saved, XmlFile file) {
        if (saved instanceof TreenqConfiguration || saved instanceof ItemGroup) {
            pool.reconsider();
        }
    }
}
