// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;

import hudson.model.Node;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.DnsServer;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import java.net.InetAddress;
import java.util.List;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/**
 * A builder whose address is a DNS name. Its daemons have different addresses and the same port, as the pods of a
 * Kubernetes service have. Their certificate is for the name, and for none of these addresses.
 */
@SharedJenkins
class DnsPoolTest {
    private static final String FIRST = "127.0.0.2";
    private static final String SECOND = "127.0.0.3";

    private final String mark = "dns-" + UUID.randomUUID();
    private JenkinsRule jenkins;
    private DnsServer dns;
    private Relay first;
    private Relay second;
    private String name;
    private BuildkitBuilder builder;
    private HeldStep step;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        List<Daemon> daemons = Daemon.all();
        dns = new DnsServer();
        step = new HeldStep();
        first = new Relay(daemons.get(0).address(), InetAddress.getByName(FIRST), 0);
        second = new Relay(daemons.get(daemons.size() - 1).address(), InetAddress.getByName(SECOND), first.port());
        name = "dns://" + dns.address() + "/localhost:" + first.port();
        Configured.with(daemons.get(0));
        builder = Configured.builder("default", name);
        TreenqConfiguration.get().setBuilders(List.of(builder));
    }

    @AfterEach
    void end() throws Exception {
        first.close();
        second.close();
        dns.close();
        step.close();
    }

    private WorkflowRun begin(String job, String node, String run) throws Exception {
        WorkflowJob project = jenkins.createProject(WorkflowJob.class, job);
        project.setDefinition(new CpsFlowDefinition(
                "node('" + node + "') { writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN " + run + "\\n'\n"
                        + "treenqBuild() }",
                true));
        return project.scheduleBuild2(0).waitForStart();
    }

    private WorkflowRun beginSlow(String job) throws Exception {
        WorkflowRun run = begin(job, "", step.command() + "; echo " + mark);
        step.awaitBegun();
        return run;
    }

    private void assertBuiltOn(String ip, WorkflowRun run) throws Exception {
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
        jenkins.assertLogContains("Building on 'default' (" + name + "#" + ip + ")", run);
    }

    @Test
    void aNewBuildUsesTheCurrentAddressesOfTheName() throws Exception {
        dns.set("localhost", FIRST);
        WorkflowRun slow = beginSlow("slow");

        dns.set("localhost", SECOND);
        assertBuiltOn(SECOND, begin("next", "", "echo " + mark + "-next"));

        // The daemon that is gone from DNS keeps its build.
        step.release();
        assertBuiltOn(FIRST, slow);
    }

    /** Starts a build that waits for the end of another one. */
    private WorkflowRun beginWaiting() throws Exception {
        WorkflowRun waiting = begin("waiting", "", "echo " + mark + "-waiting");
        jenkins.waitForMessage("Waiting: each daemon of 'default' has reached its limit of 1 build", waiting);
        return waiting;
    }

    @Test
    void aWaitingBuildGetsADaemonThatIsAddedToTheName() throws Exception {
        builder.setLimit(1);
        dns.set("localhost", FIRST);
        WorkflowRun slow = beginSlow("slow");
        WorkflowRun waiting = beginWaiting();

        dns.set("localhost", FIRST, SECOND);

        assertBuiltOn(SECOND, waiting);
        slow.getExecutor().interrupt();
        jenkins.waitForCompletion(slow);
    }

    @Test
    void theLimitAppliesToEachDaemonOfTheName() throws Exception {
        builder.setLimit(1);
        dns.set("localhost", FIRST, SECOND);
        WorkflowRun slow = beginSlow("slow");

        WorkflowRun next = jenkins.assertBuildStatusSuccess(
                jenkins.waitForCompletion(begin("next", "", "echo " + mark + "-next")));

        jenkins.assertLogNotContains("Waiting: ", next);
        slow.getExecutor().interrupt();
        jenkins.waitForCompletion(slow);
    }

    @Test
    void testConnectionAnswersForEachDaemonOfTheName() throws Exception {
        dns.set("localhost", FIRST, SECOND);

        String both = testConnection(name);
        assertThat(both, containsString(name + "#" + FIRST + ": BuildKit "));
        assertThat(both, containsString(name + "#" + SECOND + ": BuildKit "));

        second.close();
        String one = testConnection(name);
        assertThat(one, containsString(name + "#" + FIRST + ": BuildKit "));
        assertThat(
                one,
                containsString(
                        "nothing listens at " + name + "#" + SECOND + "; check the address and that the daemon runs"));

        String unknown = name.replace("localhost", "buildkitd.invalid");
        assertThat(
                testConnection(unknown),
                containsString("the host of " + unknown + " cannot be resolved; check the name and this machine"));
    }

    private String testConnection(String address) throws Exception {
        return jenkins.jenkins
                .getDescriptorByType(BuildkitBuilder.DescriptorImpl.class)
                .doTestConnection(null, "default", address, "", builder.getCredentialsId(), "10")
                .renderHtml();
    }

    @Test
    void aBuildWaitsForTheDnsServerAndDoesNotRunOnTheNameItself() throws Exception {
        // The operating system resolves the name to this address.
        try (Relay unlimited =
                new Relay(Daemon.all().get(0).address(), InetAddress.getByName("127.0.0.1"), first.port())) {
            dns.set("localhost", FIRST);
            dns.setSilent(true);
            WorkflowRun run = begin("silent", "", "echo " + mark);
            jenkins.waitForMessage("the host of " + name + " cannot be resolved; check the name and this machine", run);
            dns.setSilent(false);

            assertBuiltOn(FIRST, run);
            jenkins.assertLogNotContains("Building on 'default' (" + name + ")", run);
        }
    }

    @Test
    void aWaitingBuildKeepsItsDaemonsWhileTheDnsServerIsSilent() throws Exception {
        builder.setLimit(1);
        dns.set("localhost", FIRST);
        WorkflowRun slow = beginSlow("slow");
        WorkflowRun waiting = beginWaiting();

        dns.setSilent(true);
        // The query of a lookup is sent twice. The third one is that of the next lookup.
        dns.awaitUnanswered(3);
        step.release();
        assertBuiltOn(FIRST, slow);

        assertBuiltOn(FIRST, waiting);
        jenkins.assertLogNotContains("cannot be resolved", waiting);
    }

    @Test
    void theNameIsResolvedOnTheAgent() throws Exception {
        dns.set("localhost", SECOND);
        Node agent = jenkins.createOnlineSlave();

        assertBuiltOn(SECOND, begin("agent", agent.getNodeName(), "echo " + mark + "-agent"));
    }
}
