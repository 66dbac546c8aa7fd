// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.model.CauseAction;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.PasswordParameterDefinition;
import hudson.model.PasswordParameterValue;
import hudson.model.Result;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import hudson.triggers.TimerTrigger;
import hudson.util.FormValidation;
import hudson.util.Secret;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.report.MetadataAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jenkins.branch.BranchSource;
import jenkins.scm.api.SCMSource;
import jenkins.scm.api.mixin.ChangeRequestCheckoutStrategy;
import jenkins.scm.impl.mock.MockSCMController;
import jenkins.scm.impl.mock.MockSCMDiscoverBranches;
import jenkins.scm.impl.mock.MockSCMDiscoverChangeRequests;
import jenkins.scm.impl.mock.MockSCMDiscoverTags;
import jenkins.scm.impl.mock.MockSCMSource;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.structs.describable.DescribableModel;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvnet.hudson.test.JenkinsRule;

/** Rules for tags in jobs of a real Jenkins. */
@SharedJenkins
class TreenqMetadataStepTest {
    private static final String COMMIT = "860c1904a1ce19322e91ac35af1ab07466440c37";

    private JenkinsRule jenkins;

    @BeforeEach
    void start(JenkinsRule rule) {
        jenkins = rule;
    }

    static TreenqMetadataStep everything() {
        TreenqMetadataStep step =
                new TreenqMetadataStep(List.of("registry.example.com/shop/web", "name=web,enable=false"));
        step.setTags(List.of("type=ref,event=branch", "type=match,\"pattern=\\d{1,3}\""));
        step.setFlavor(List.of("latest=true", "prefix=x-,onlatest=true"));
        step.setLabels(List.of("team=shop"));
        step.setAnnotations(List.of("on={{branch}}"));
        step.setAnnotationLevels(List.of("manifest", "index"));
        step.setShortShaLength(12);
        step.setRef("refs/heads/main");
        step.setSha(COMMIT);
        step.setBaseRef("main");
        step.setDefaultBranch("main");
        step.setCommitDate("2026-01-31T12:00:00Z");
        step.setEvent("schedule");
        return step;
    }

    private WorkflowRun run(Result result, String script) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return jenkins.assertBuildStatus(result, job.scheduleBuild2(0));
    }

    @Test
    void formsKeepEveryParameter() throws Exception {
        StepConfigTester form = new StepConfigTester(jenkins);

        jenkins.assertEqualDataBoundBeans(everything(), form.configRoundTrip(everything()));
        jenkins.assertEqualDataBoundBeans(
                new TreenqMetadataStep(List.of()), form.configRoundTrip(new TreenqMetadataStep(List.of())));
        TreenqBuilder builder = new TreenqBuilder(new TreenqBuildStep(List.of()));
        assertNull(jenkins.configRoundtrip(builder).getMetadata());
        builder.setMetadata(everything());
        jenkins.assertEqualDataBoundBeans(
                everything(), jenkins.configRoundtrip(builder).getMetadata());
    }

    @Test
    void snippetsAreShortAndRecreateTheStep() throws Exception {
        SnippetizerTester tester = new SnippetizerTester(jenkins);
        TreenqMetadataStep step = new TreenqMetadataStep(List.of("registry.example.com/shop/web"));

        step.setTags(List.of("type=sha"));
        step.setLabels(List.of("team=shop"));

        tester.assertRoundTrip(
                step,
                "treenqMetadata images: ['registry.example.com/shop/web'], labels: [team: 'shop'], tags: ['type=sha']");
        SnippetizerTester.assertDocGeneration(TreenqMetadataStep.class);
    }

    /** Job DSL creates rules in this way, from the names of classes and parameters. */
    @Test
    void rulesOfABuildStepCanBeInstantiatedFromMaps() throws Exception {
        TreenqBuilder described = DescribableModel.of(TreenqBuilder.class)
                .instantiate(Map.of(
                        "build",
                        new TreenqBuildStep(List.of()),
                        "metadata",
                        DescribableModel.of(TreenqMetadataStep.class)
                                .instantiate(Map.of("images", List.of("web"), "tags", List.of("type=sha")))));

        TreenqMetadataStep expected = new TreenqMetadataStep(List.of("web"));
        expected.setTags(List.of("type=sha"));
        jenkins.assertEqualDataBoundBeans(expected, described.getMetadata());
    }

    @Test
    void theStepReturnsTagsAndLabelsOfABranchWithoutANode() throws Exception {
        WorkflowRun run = run(Result.SUCCESS, """
                withEnv(['BRANCH_NAME=my/feature', 'GIT_COMMIT=%s', 'GIT_URL=https://secret@git.example.com/team@x/web.git?x=y']) {
                    def meta = treenqMetadata(images: ['registry.example.com/Shop/web'],
                        tags: ['type=ref,event=branch', 'type=sha', 'type=edge'], labels: [on: '{{branch}}'], annotationLevels: 'index')
                    echo "tags=$meta.tags names=$meta.tagNames version=$meta.version"
                    echo "on=${meta.labels.on} source=${meta.labels['org.opencontainers.image.source']}"
                    echo "title=${meta.labels['org.opencontainers.image.title']} url=${meta.labels['org.opencontainers.image.url']}"
                    echo "revision=${meta.annotations['index:org.opencontainers.image.revision']}"
                    echo "json=$meta.json"
                }
                """.formatted(COMMIT));

        jenkins.assertLogContains(
                "tags=[registry.example.com/shop/web:my-feature, registry.example.com/shop/web:sha-860c190]"
                        + " names=[my-feature, sha-860c190] version=my-feature",
                run);
        jenkins.assertLogContains("on=my/feature source=https://git.example.com/team@x/web.git", run);
        jenkins.assertLogContains("title=web url=https://git.example.com/team@x/web", run);
        jenkins.assertLogContains("revision=" + COMMIT, run);
        jenkins.assertLogContains(
                "json={\"tags\":[\"registry.example.com/shop/web:my-feature\",\"registry.example.com/shop/web:sha-860c190\"],"
                        + "\"tag-names\":[\"my-feature\",\"sha-860c190\"],",
                run);
        jenkins.assertLogContains("Tags: registry.example.com/shop/web:my-feature, ", run);
        jenkins.assertLogNotContains("secret", run);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BRANCH_NAME=v1.4.2 TAG_NAME=v1.4.2 | 1.4.2, 1.4, latest",
                "BRANCH_NAME=PR-12 CHANGE_ID=12 CHANGE_TARGET=main CHANGE_BRANCH=x | pr-12, to-main",
                "BRANCH_NAME=main BRANCH_IS_PRIMARY=true | edge, main, stable",
                "BRANCH_NAME=other | other",
                "GIT_BRANCH=origin/my/x | my-x",
                "GIT_BRANCH=refs/remotes/origin/x | x",
                "GIT_BRANCH=upstream/x | upstream-x",
                "GIT_BRANCH=refs/tags/v2.0.0 | 2.0.0, 2.0, latest",
                "GIT_BRANCH=detached | ''",
            })
    void branchTagAndChangeRequestAreReadFromTheEnvironment(String environment, String names) throws Exception {
        WorkflowRun run = run(Result.SUCCESS, """
                withEnv('%s'.split(' ').toList()) {
                    def meta = treenqMetadata(tags: '''
                        type=ref,event=branch
                        type=ref,event=pr
                        # of releases
                        type=semver,pattern={{version}}
                        type=semver,pattern={{major}}.{{minor}}
                        type=edge
                        type=raw,value=stable,enable={{is_default_branch}}
                        type=raw,value=to-{{base_ref}},enable=%s
                    ''')
                    echo "names=<${meta.tagNames.join(', ')}>"
                }
                """.formatted(environment, environment.contains("CHANGE_ID")));

        jenkins.assertLogContains("names=<" + names + ">", run);
        if (names.isEmpty()) {
            jenkins.assertLogContains("WARNING: No rule generates a tag for this build", run);
        }
    }

    @Test
    void argumentsOverrideTheValuesOfTheEnvironment() throws Exception {
        WorkflowRun run = run(Result.SUCCESS, """
                withEnv(['BRANCH_NAME=other', 'GIT_COMMIT=0000000000']) {
                    def meta = treenqMetadata(ref: 'refs/heads/main', sha: '%s', defaultBranch: 'main', baseRef: 'x',
                        shortShaLength: 12, commitDate: '2026-01-31T23:30:00-01:00', event: 'schedule',
                        tags: ['type=edge', 'type=sha', "type=raw,value={{commit_date 'YYYYMMDD'}}", 'type=schedule'])
                    echo "names=$meta.tagNames"
                }
                """.formatted(COMMIT));

        jenkins.assertLogContains("names=[nightly, edge, 20260201, sha-860c1904a1ce]", run);
    }

    private FreeStyleBuild failedFreestyle(TreenqMetadataStep rules, ParameterValue parameter) throws Exception {
        TreenqBuilder builder = new TreenqBuilder(new TreenqBuildStep(List.of("no image")));
        builder.setMetadata(rules);
        FreeStyleProject job = jenkins.createFreeStyleProject();
        job.addProperty(new ParametersDefinitionProperty(
                new StringParameterDefinition("BRANCH", ""), new PasswordParameterDefinition("TOKEN", "", "")));
        job.getBuildersList().add(builder);
        return jenkins.assertBuildStatus(Result.FAILURE, job.scheduleBuild2(0, new ParametersAction(parameter)));
    }

    /** A secret is neither published in a label nor stored in build.xml. */
    @Test
    void aSecretInALabelIsRefused() throws Exception {
        TreenqMetadataStep rules = new TreenqMetadataStep(List.of());
        rules.setTags(List.of("stable"));
        rules.setLabels(List.of("token=of $TOKEN"));

        FreeStyleBuild run = failedFreestyle(rules, new PasswordParameterValue("TOKEN", "s3cr3t-value"));

        jenkins.assertLogContains("The label 'token' contains a value that the console masks", run);
        jenkins.assertLogNotContains("s3cr3t-value", run);
        assertNull(run.getAction(MetadataAction.class));
        Path record = run.getRootDir().toPath().resolve("build.xml");
        assertThat(Files.readString(record), not(containsString("s3cr3t-value")));
    }

    @Test
    void aSecretInATagOfAPipelineIsRefused() throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new StringCredentialsImpl(
                        CredentialsScope.GLOBAL, "for-a-tag", "", Secret.fromString("s3cr3t-value")));

        WorkflowRun run = run(Result.FAILURE, """
                withEnv(['GIT_URL=https://git.example.com/s3cr3t-value/web']) {
                    withCredentials([string(credentialsId: 'for-a-tag', variable: 'TOKEN')]) {
                        treenqMetadata(tags: ['type=raw,value=stable'])
                        echo 'what is known of the repository is allowed'
                        treenqMetadata(tags: ["type=raw,value=of-$TOKEN"])
                    }
                }
                """);

        jenkins.assertLogContains("what is known of the repository is allowed", run);
        jenkins.assertLogContains("A tag contains a value that the console masks", run);
        jenkins.assertLogNotContains("s3cr3t-value", run);
    }

    /** A rule is read before the variable in it is known, so a branch cannot add attributes to it. */
    @Test
    void aBranchNameCannotAddAttributesToARule() throws Exception {
        TreenqMetadataStep rules = new TreenqMetadataStep(List.of());
        rules.setTags(List.of("type=raw,value=$BRANCH"));

        FreeStyleBuild run = failedFreestyle(rules, new StringParameterValue("BRANCH", "x,value=latest"));

        jenkins.assertLogContains("Tags: x-value-latest", run);
    }

    @Test
    void aBuildStartedByATimerMatchesScheduleRules() throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition("echo \"names=${treenqMetadata().tagNames}\"", true));

        jenkins.assertLogContains(
                "names=[nightly]",
                jenkins.assertBuildStatusSuccess(
                        job.scheduleBuild2(0, new CauseAction(new TimerTrigger.TimerTriggerCause()))));
        jenkins.assertLogContains("names=[]", jenkins.buildAndAssertSuccess(job));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "tags: ['type=sha,fromat=long'] | type=sha has no attribute 'fromat'",
                "tags: ['type=raw,value={{brnach}}'] | {{brnach}}",
                "tags: ['type=raw,value=-x'] | generates the tag '-x', which is not a valid tag",
                "images: ['a b'], tags: ['x'] | 'a b:x' is not an image name",
                "flavor: ['latest=maybe'] | latest is auto, true or false",
                "commitDate: 'yesterday' | not 'yesterday'",
                "shortShaLength: 0 | at least 1",
                "annotationLevels: ['layer'] | cannot be put on 'layer'",
            })
    void anInvalidRuleFailsTheStepInOneLine(String arguments, String line) throws Exception {
        WorkflowRun run = run(Result.FAILURE, "treenqMetadata(" + arguments + ")");

        String log = JenkinsRule.getLog(run);
        assertThat(log, containsString(line));
        assertThat(log, not(containsString("\tat ")));
        assertEquals(1, log.lines().filter(each -> each.startsWith("ERROR: ")).count(), log);
    }

    @Test
    void theFormReportsInvalidRules() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        TreenqMetadataStep.DescriptorImpl form =
                jenkins.jenkins.getDescriptorByType(TreenqMetadataStep.DescriptorImpl.class);

        assertThat(form.doCheckTags(job, "type=sha\n# no rule\n\ntype=raw,value=$x").kind, is(FormValidation.Kind.OK));
        assertThat(
                form.doCheckTags(job, "type=sha\ntype=shaa").getMessage(),
                containsString("no tag type &#039;shaa&#039;"));
        assertThat(form.doCheckImages(job, "name=").kind, is(FormValidation.Kind.ERROR));
        assertThat(form.doCheckFlavor(job, "latest").kind, is(FormValidation.Kind.ERROR));
        assertThat(form.doCheckLabels(job, "team").kind, is(FormValidation.Kind.ERROR));
        assertThat(form.doCheckLabels(job, "team={{team}}").kind, is(FormValidation.Kind.ERROR));
        assertThat(form.doCheckAnnotations(job, "team={{branch}}").kind, is(FormValidation.Kind.OK));
        assertThat(form.doCheckAnnotationLevels(job, "layer").kind, is(FormValidation.Kind.ERROR));
    }

    /** The branch source knows the commit and the repository, before anything is checked out. */
    @Test
    void aMultibranchProjectProvidesRepositoryBranchAndCommit() throws Exception {
        try (MockSCMController scm = MockSCMController.create()) {
            scm.createRepository("web");
            scm.setDescription("web", "The shop's web site");
            scm.setUrl("web", "https://git.example.com/shop/web");
            scm.addFile("web", "master", "A Jenkinsfile", "Jenkinsfile", """
                    def meta = treenqMetadata()
                    echo "names=$meta.tagNames of=${meta.labels['org.opencontainers.image.revision']}"
                    echo "title=${meta.labels['org.opencontainers.image.title']}"
                    echo "description=${meta.labels['org.opencontainers.image.description']}"
                    echo "url=${meta.labels['org.opencontainers.image.url']}"
                    """.getBytes(StandardCharsets.UTF_8));
            scm.createTag("web", "master", "v1.4.2");
            int change = scm.openChangeRequest("web", "master");
            WorkflowMultiBranchProject project = jenkins.createProject(WorkflowMultiBranchProject.class, "web-site");
            SCMSource source = new MockSCMSource(
                    scm,
                    "web",
                    new MockSCMDiscoverBranches(),
                    new MockSCMDiscoverTags(),
                    new MockSCMDiscoverChangeRequests(ChangeRequestCheckoutStrategy.HEAD));
            project.getSourcesList().add(new BranchSource(source));
            project.scheduleBuild2(0).getFuture().get();
            jenkins.waitUntilNoActivity();

            WorkflowRun branch = project.getItem("master").getLastBuild();
            jenkins.assertLogContains("names=[master] of=" + scm.getRevision("web", "master"), branch);
            jenkins.assertLogContains("title=web-site", branch);
            jenkins.assertLogContains("description=The shop's web site", branch);
            jenkins.assertLogContains("url=https://git.example.com/shop/web", branch);
            jenkins.assertLogContains(
                    "names=[pr-" + change + "] of=",
                    project.getItem("CR-" + change).getLastBuild());
            jenkins.assertLogContains(
                    "names=[v1.4.2, latest] of=",
                    jenkins.assertBuildStatusSuccess(project.getItem("v1.4.2").scheduleBuild2(0)));
        }
    }
}
