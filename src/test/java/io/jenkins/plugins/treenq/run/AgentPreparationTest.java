// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.ExtensionList;
import hudson.FilePath;
import hudson.model.Computer;
import hudson.model.TaskListener;
import hudson.remoting.Channel;
import hudson.slaves.ComputerListener;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.report.ImagesAction;
import java.io.File;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import jenkins.security.MasterToSlaveCallable;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.InboundAgentExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** The jars and classes that a new agent gets from the controller for its first build. */
@WithJenkins
class AgentPreparationTest {
    private static final long MOST_BYTES = 8 << 20;

    /** Jenkins' own classes that a task uses, and optional classes that gRPC looks for. */
    private static final long MOST_SINGLE_CLASSES = 40;

    private static final String FILE = "writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN true\\n'\n";
    private static final List<String> LIBRARIES = List.of(
            "grpc-", "netty-", "protobuf-", "proto-google-", "perfmark-", "guava-", "gson-", "treenq", "agent.jar");

    @RegisterExtension
    private final InboundAgentExtension agents = new InboundAgentExtension();

    private JenkinsRule jenkins;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        Configured.with(Daemon.first());
        SentJars.sent().clear();
    }

    /** The jars that were sent to agents. */
    @TestExtension
    public static final class SentJars extends ComputerListener {
        private final List<File> jars = new CopyOnWriteArrayList<>();

        static List<File> sent() {
            return ExtensionList.lookupSingleton(SentJars.class).jars;
        }

        /** Returns the size of the jars of the plugin and its libraries. */
        static long bytes() {
            return ofPlugin().mapToLong(File::length).sum();
        }

        static Stream<File> ofPlugin() {
            return sent().stream().filter(jar -> LIBRARIES.stream().anyMatch(jar.getName()::startsWith));
        }

        @Override
        public void preOnline(Computer computer, Channel channel, FilePath root, TaskListener listener) {
            channel.addListener(new Channel.Listener() {
                @Override
                public void onJar(Channel agent, File jar) {
                    jars.add(jar);
                }
            });
        }
    }

    private Channel connect() throws Exception {
        new Pipelines(jenkins).connect(agents, "first");
        return channel();
    }

    private Channel channel() {
        return (Channel) jenkins.jenkins.getNode("first").getChannel();
    }

    private WorkflowRun build(String script) throws Exception {
        return jenkins.buildAndAssertSuccess(new Pipelines(jenkins).job(script, "remote"));
    }

    @Test
    void aNewAgentGetsTheClassesOfBuildsInOneJar() throws Exception {
        Channel agent = connect();
        build(FILE);
        AgentPreparation.get().prepare(agent).get();
        long before = agent.call(new SingleClasses());

        WorkflowRun run = build(FILE + "treenqBuild()");

        long single = agent.call(new SingleClasses()) - before;
        assertThat(single, lessThan(MOST_SINGLE_CLASSES));
        assertTrue(SentJars.ofPlugin().anyMatch(jar -> jar.getName().equals("agent.jar")));
        assertThat(SentJars.bytes(), lessThan(MOST_BYTES));
        assertThat(jenkins.getLog(run), not(containsString("Preparing agent")));
    }

    @Test
    void anAgentThatReconnectsWithItsCacheGetsNoJars() throws Exception {
        connect();
        build(FILE + "treenqBuild()");
        agents.stop("first");
        SentJars.sent().clear();

        agents.start(
                jenkins,
                InboundAgentExtension.Options.newBuilder()
                        .name("first")
                        .label("remote")
                        .webSocket()
                        .build());
        build(FILE + "treenqBuild()");

        assertEquals(List.of(), SentJars.ofPlugin().toList());
    }

    @Test
    void withoutBuildersAnAgentIsPreparedByItsFirstBuild() throws Exception {
        var builders = TreenqConfiguration.get().getBuilders();
        TreenqConfiguration.get().setBuilders(List.of());
        Channel agent = connect();
        build(FILE);
        assertFalse(AgentPreparation.get().isPrepared(agent));
        assertEquals(List.of(), SentJars.ofPlugin().toList());
        TreenqConfiguration.get().setBuilders(builders);

        WorkflowRun run = build(FILE + "treenqBuild()");

        assertTrue(AgentPreparation.get().isPrepared(agent));
        jenkins.assertLogContains("Preparing agent 'first', which builds its first image, took ", run);
        assertThat(phases(run), hasItem("LOADING"));
        assertThat(phases(build(FILE + "treenqBuild()")), not(hasItem("LOADING")));
    }

    @Test
    void aSystemPropertyDisablesThePreparationOfConnectingAgents() throws Exception {
        System.setProperty(AgentPreparation.WHEN_CONNECTED, "false");
        try {
            assertFalse(AgentPreparation.get().isPrepared(connect()));
            build(FILE);
            assertFalse(AgentPreparation.get().isPrepared(channel()));
        } finally {
            System.clearProperty(AgentPreparation.WHEN_CONNECTED);
        }
    }

    private static List<String> phases(WorkflowRun run) {
        return run.getAction(ImagesAction.class).getBuilds().get(0).getPhases().stream()
                .map(phase -> phase.phase().name())
                .toList();
    }

    /** Returns the number of classes that the agent has requested one by one. */
    private static final class SingleClasses extends MasterToSlaveCallable<Long, RuntimeException> {
        private static final long serialVersionUID = 1;

        @Override
        public Long call() {
            return (long) Channel.currentOrFail().classLoadingCount.get();
        }
    }
}
