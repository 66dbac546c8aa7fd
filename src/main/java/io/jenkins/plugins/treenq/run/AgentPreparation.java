// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.Extension;
import hudson.FilePath;
import hudson.model.Computer;
import hudson.model.TaskListener;
import hudson.remoting.Channel;
import hudson.slaves.ComputerListener;
import io.jenkins.plugins.treenq.agent.AgentClasses;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import jenkins.model.Jenkins;
import jenkins.util.SystemProperties;

/**
 * Sends the classes of builds to agents: at the latest when an agent runs the first task, and already when the agent
 * connects if Jenkins has builders or has built on an agent since it was started.
 */
@Extension
public final class AgentPreparation extends ComputerListener {
    /** System property that can be set to {@code false}, so that only agents that run a task get the classes. */
    static final String WHEN_CONNECTED = AgentPreparation.class.getName() + ".whenConnected";

    private static final List<Class<?>> ROOTS = List.of(
            AgentBuildCallable.class,
            BuildTask.class,
            CheckTask.class,
            HistoryLookupTask.class,
            SkipIfUnchangedTask.class);

    private final AgentClasses classes = new AgentClasses(
            ROOTS,
            Path.of(Jenkins.get().getRootDir().getPath(), "caches", "treenq-build", "agent.jar"),
            Computer.threadPoolForRemoting);

    private volatile boolean used;

    static AgentPreparation get() {
        return Jenkins.get().getExtensionList(ComputerListener.class).get(AgentPreparation.class);
    }

    boolean isPrepared(Channel agent) {
        return classes.areOn(agent);
    }

    /** Completes when the agent has the classes, or has to load them one by one. */
    CompletableFuture<Void> prepare(Channel agent) {
        used = true;
        return classes.sendTo(agent);
    }

    @Override
    public void preOnline(Computer computer, hudson.remoting.Channel channel, FilePath root, TaskListener listener) {
        if (channel != null && isWanted()) {
            classes.sendTo(channel);
        }
    }

    private boolean isWanted() {
        return SystemProperties.getBoolean(WHEN_CONNECTED, true)
                && (used || !TreenqConfiguration.get().getBuilders().isEmpty());
    }
}
