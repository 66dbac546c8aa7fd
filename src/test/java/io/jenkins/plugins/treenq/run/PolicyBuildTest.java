// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.model.FreeStyleProject;
import hudson.model.ItemGroup;
import hudson.model.Result;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.FolderConfiguration;
import io.jenkins.plugins.treenq.config.Policy;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqBuilder;
import java.util.List;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** The effects of an administrator's policy on jobs. */
@SharedJenkins
class PolicyBuildTest {
    private JenkinsRule jenkins;
    private Policy policy;

    @BeforeEach
    void start(JenkinsRule rule) {
        jenkins = rule;
        policy = new Policy();
        TreenqConfiguration.get().setBuilders(List.of(new BuildkitBuilder("default", "tcp://localhost:1")));
        TreenqConfiguration.get().setPolicy(policy);
    }

    @Test
    void aForbiddenStepFailsInOneLineBeforeTheBuild() throws Exception {
        policy.setPushTo(List.of("registry.example.com/shop"));
        policy.setEntitlements(List.of());
        policy.setFrontends(List.of("dockerfile.v0"));
        policy.setJobsMayNameBuilders(false);

        String push = "the administrator's policy does not allow a push to evil.example.com/a; it allows "
                + "registry.example.com/shop";
        assertFails("treenqBuild(tags: ['evil.example.com/a:1'])", push);
        assertFails("treenqBuild(tags: ['registry.example.com/shop/web', 'evil.example.com/a:1'])", push);
        assertFails("treenqBuild(cacheTo: [registryCache('evil.example.com/a')])", push);
        assertFails(
                "treenqBuild(cacheTo: [registryCache(ref: 'registry.example.com/shop', options: [ref: "
                        + "'evil.example.com/a'])])",
                push);
        assertFails(
                "treenqBuild(tags: ['registry.example.com/shop/web'], imageOptions: ['dangling-name-prefix': "
                        + "'evil.example.com/a'])",
                push);
        assertFails("treenqPromote(from: 'evil.example.com/b', to: ['evil.example.com/a:1'])", push);
        assertFails(
                "treenqBuild(allow: ['network.host'])",
                "the administrator's policy does not allow the entitlement 'network.host'; it allows none");
        String frontend =
                "the administrator's policy does not allow the frontend 'evil/frontend'; it allows dockerfile.v0";
        assertFails("treenqBuild(frontend: 'gateway.v0', frontendOptions: [source: 'evil/frontend'])", frontend);
        assertFails("treenqBuild(buildArgs: [BUILDKIT_SYNTAX: 'evil/frontend'])", frontend);
        assertFails("treenqCheck(frontend: 'gateway.v0', frontendOptions: [source: 'evil/frontend'])", frontend);
        String name = "the administrator's policy does not allow jobs to name a builder; omit 'default'";
        assertFails("treenqBuild(builder: 'default')", name);
        assertFails("treenqCheck(builder: 'default')", name);
    }

    @Test
    void thePolicyAppliesToExpandedVariablesOfFreestyleJobs() throws Exception {
        policy.setPushTo(List.of("registry.example.com"));
        FreeStyleProject job = jenkins.createFreeStyleProject("evil.example.com");
        job.getBuildersList().add(new TreenqBuilder(new TreenqBuildStep(List.of("$JOB_NAME/a:1"))));

        jenkins.assertLogContains(
                "ERROR: the administrator's policy does not allow a push to evil.example.com/a; it allows "
                        + "registry.example.com",
                jenkins.buildAndAssertStatus(Result.FAILURE, job));
    }

    @Test
    void buildersOfFoldersCanBeForbidden() throws Exception {
        Folder folder = jenkins.createProject(Folder.class, "folder");
        FolderConfiguration configuration = new FolderConfiguration();
        configuration.setBuilders(List.of(new BuildkitBuilder("own", "tcp://localhost:2")));
        folder.addProperty(configuration);
        jenkins.assertLogContains("Building on 'own' (tcp://localhost:2)", run(folder, "treenqBuild()"));

        policy.setFoldersMayDefineBuilders(false);

        BuildkitBuilder.DescriptorImpl form = jenkins.jenkins.getDescriptorByType(BuildkitBuilder.DescriptorImpl.class);
        String refusal = "The administrator&#039;s policy does not allow folders to define builders";
        assertEquals(refusal, form.doCheckName(folder, "own").getMessage());
        assertEquals(
                refusal,
                form.doTestConnection(folder, "own", "tcp://localhost:1", "", "", "1")
                        .getMessage());
        jenkins.assertLogContains(
                "ERROR: builder 'own' is one of folder 'folder': the administrator's policy does not allow folders to"
                        + " define builders",
                run(folder, "treenqBuild()"));
        jenkins.assertLogContains(
                "Building on 'default' (tcp://localhost:1)", run(folder, "treenqBuild(builder: 'default')"));
    }

    @Test
    void formsOfferOnlyTheDefaultBuilderIfJobsMayNotNameOne() {
        TreenqBuildStep.DescriptorImpl form = jenkins.jenkins.getDescriptorByType(TreenqBuildStep.DescriptorImpl.class);
        assertEquals(2, form.doFillBuilderItems(null, "").size());

        policy.setJobsMayNameBuilders(false);

        assertEquals(1, form.doFillBuilderItems(null, "").size());
    }

    @Test
    void daemonsIgnoreASyntaxLineIfFrontendsAreRestricted() throws Exception {
        policy.setFrontends(List.of("dockerfile.v0"));
        for (Daemon daemon : Daemon.all()) {
            Configured.with(daemon);
            WorkflowJob job = job(jenkins.jenkins, """
                    writeFile file: 'Dockerfile', text: '# syntax=localhost:1/no/frontend:1\\nFROM scratch\\nCOPY Dockerfile /\\n'
                    treenqBuild()
                    treenqCheck()""");

            jenkins.assertLogContains(
                    "The administrator's policy restricts frontends: a '# syntax=' line in the Dockerfile is ignored",
                    jenkins.buildAndAssertSuccess(job));
        }
    }

    /** An image that exits with code 42 as a frontend, and attempts to run it although the policy forbids it. */
    @Test
    void noForbiddenImageRunsAsAFrontend() throws Exception {
        for (Daemon daemon : Daemon.all()) {
            Configured.with(daemon);
            TreenqConfiguration.get().setPolicy(null);
            String evil = daemon.registry() + "/evil/" + UUID.randomUUID() + ":1";
            jenkins.buildAndAssertSuccess(job(jenkins.jenkins, """
                    writeFile file: 'Dockerfile', text: 'FROM busybox\\nENTRYPOINT ["/bin/sh", "-c", "exit 42"]\\n'
                    treenqBuild(tags: ['%s'])""".formatted(evil)));
            assertRuns(evil, "treenqBuild(frontend: 'gateway.v0', frontendOptions: [source: '" + evil + "'])");
            TreenqConfiguration.get().setPolicy(policy);

            policy.setFrontends(List.of("dockerfile.v0", "docker.io/docker/dockerfile"));
            String conversion = "sourcePolicy: '{\"rules\": [{\"action\": \"CONVERT\","
                    + " \"selector\": {\"identifier\": \"docker-image://docker.io/docker/dockerfile:1\"},"
                    + " \"updates\": {\"identifier\": \"docker-image://" + evil + "\"}}]}'";
            assertDoesNotRun(
                    evil,
                    "treenqBuild(buildArgs: [BUILDKIT_SYNTAX: 'docker/dockerfile:1'], " + conversion + ")",
                    "does not allow a sourcePolicy with CONVERT rules for a build that runs 'docker/dockerfile:1'");
            assertDoesNotRun(
                    evil,
                    "treenqBuild(frontend: 'gateway.v0', frontendOptions: [source: 'docker/dockerfile:1'], "
                            + conversion + ")",
                    "does not allow a sourcePolicy with CONVERT rules for a build that runs 'docker/dockerfile:1'");
            // With this option, some daemons run their own frontend, which follows the syntax line.
            assertDoesNotRun(
                    evil,
                    "treenqBuild(frontend: 'gateway.v0', frontendOptions: [source: 'dockerfile.v0'])",
                    "does not allow the frontend 'dockerfile.v0'; it allows dockerfile.v0, "
                            + "docker.io/docker/dockerfile");
        }
    }

    private void assertRuns(String frontend, String step) throws Exception {
        jenkins.assertLogContains("exit code: 42", withSyntaxLine(frontend, step));
    }

    private void assertDoesNotRun(String frontend, String step, String line) throws Exception {
        WorkflowRun run = withSyntaxLine(frontend, step);
        jenkins.assertLogContains("ERROR: the administrator's policy", run);
        jenkins.assertLogContains(line, run);
        jenkins.assertLogNotContains("exit code: 42", run);
    }

    private WorkflowRun withSyntaxLine(String frontend, String step) throws Exception {
        String dockerfile = "# syntax=" + frontend + "\\nFROM scratch\\nCOPY Dockerfile /\\n";
        return jenkins.buildAndAssertStatus(
                Result.FAILURE,
                job(jenkins.jenkins, "writeFile file: 'Dockerfile', text: '" + dockerfile + "'; " + step));
    }

    private void assertFails(String step, String line) throws Exception {
        WorkflowRun run = run(jenkins.jenkins, step);
        jenkins.assertLogContains("ERROR: " + line + System.lineSeparator(), run);
        jenkins.assertLogNotContains("Building on", run);
        jenkins.assertLogNotContains("Checking on", run);
        jenkins.assertLogNotContains("\tat ", run);
    }

    private WorkflowRun run(ItemGroup<?> where, String step) throws Exception {
        return jenkins.buildAndAssertStatus(
                Result.FAILURE, job(where, "writeFile file: 'Dockerfile', text: 'FROM scratch'; " + step));
    }

    private WorkflowJob job(ItemGroup<?> where, String steps) throws Exception {
        WorkflowJob job = where instanceof Folder folder
                ? folder.createProject(
                        WorkflowJob.class, "job" + folder.getItems().size())
                : jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition("node { " + steps + " }", true));
        return job;
    }
}
