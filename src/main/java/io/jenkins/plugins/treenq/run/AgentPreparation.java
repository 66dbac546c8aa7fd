// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.Extension;
import hudson.FilePath;
import hudson.init.InitMilestone;
import hudson.init.Initializer;
import hudson.model.Computer;
import hudson.model.TaskListener;
import hudson.remoting.Channel;
import hudson.slaves.ComputerListener;
import io.jenkins.plugins.treenq.agent.AgentClasses;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;
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
            AgentWarmUp.class,
            BakeCallable.class,
            BakeFilesCallable.class,
            BuildTask.class,
            CheckTask.class,
            DaemonProbe.class,
            HistoryLookupTask.class,
            RemoteBakeTask.class,
            SkipIfUnchangedTask.class);

    private static final Logger LOGGER = Logger.getLogger(AgentPreparation.class.getName());

    private final AgentClasses classes = new AgentClasses(
            ROOTS,
            Path.of(Jenkins.get().getRootDir().getPath(), "caches", "treenq-build"),
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
    public void preOnline(Computer computer, Channel channel, FilePath root, TaskListener listener) {
        if (channel != null && isWanted()) {
            classes.sendTo(channel).thenRun(() -> warmUp(channel));
        }
    }

    private static void warmUp(Channel agent) {
        try {
            agent.callAsync(new AgentWarmUp());
        } catch (IOException e) {
            LOGGER.log(Level.FINE, e, () -> agent.getName() + " loads the classes when it needs them");
        }
    }

    /** Makes the jar of the classes in advance, so that the first agent does not wait for it. */
    @Initializer(after = InitMilestone.JOB_CONFIG_ADAPTED)
    public static void makeJar() {
        AgentPreparation preparation = get();
        if (preparation.isWanted()) {
            preparation.classes.makeJar();
        }
    }

    private boolean isWanted() {
        return SystemProperties.getBoolean(WHEN_CONNECTED, true)
                && (used || !TreenqConfiguration.get().getBuilders().isEmpty());
    }
}
