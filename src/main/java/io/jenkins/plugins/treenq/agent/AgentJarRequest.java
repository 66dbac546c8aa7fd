// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.agent;

import hudson.remoting.Channel;
import hudson.remoting.JarCache;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import jenkins.security.MasterToSlaveCallable;

/**
 * Gets the jar of the agent's classes from the agent's jar cache, which requests the jar from the controller if it is
 * not there, and returns the jar's URL on the agent. The result is an empty text if the agent has no jar cache.
 *
 * <p>The agent has none of the plugin's classes when it runs this one, and needs no other.
 */
final class AgentJarRequest extends MasterToSlaveCallable<String, IOException> {
    private static final long serialVersionUID = 1;

    private final long sum1;
    private final long sum2;

    AgentJarRequest(Long sum1, Long sum2) {
        this.sum1 = sum1;
        this.sum2 = sum2;
    }

    @Override
    public String call() throws IOException {
        Channel controller = getChannelOrFail();
        JarCache cache = controller.getJarCache();
        if (cache == null) {
            return "";
        }
        try {
            return cache.resolve(controller, sum1, sum2).get().toString();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
