// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.security.MasterToSlaveCallable;

/** Lets an agent load the classes of builds in the background, after it was connected. */
final class AgentWarmUp extends MasterToSlaveCallable<Void, RuntimeException> {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(AgentWarmUp.class.getName());

    @Override
    public Void call() {
        Thread thread = new Thread(AgentWarmUp::load, "treenq-warm-up");
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        thread.start();
        return null;
    }

    private static void load() {
        try {
            BuildkitClient.warmUp();
        } catch (InterruptedException | RuntimeException | LinkageError e) {
            LOGGER.log(Level.FINE, "not all classes of builds are loaded in advance", e);
        }
    }
}
