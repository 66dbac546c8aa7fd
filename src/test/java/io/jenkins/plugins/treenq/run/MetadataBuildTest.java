// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import hudson.tasks.Shell;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqBuilder;
import io.jenkins.plugins.treenq.step.TreenqMetadataStep;
import java.util.List;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** Images on a real daemon, with tags, labels and annotations by rules. */
@SharedJenkins
class MetadataBuildTest {
    private JenkinsRule jenkins;
    private Daemon daemon;
    private String repository;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        daemon = Daemon.first();
        repository = "test-" + UUID.randomUUID().toString().substring(0, 8);
        Configured.with(daemon);
    }

    private String image() {
        return daemon.registry() + "/" + repository;
    }

    private String digest(String tag) throws Exception {
        return new Registry(daemon).digest(repository, tag).orElse("none");
    }

    @Test
    void aPipelinePassesTagsLabelsAndAnnotationsToTheBuild() throws Exception {
        WorkflowRun run = new Pipelines(jenkins).success("""
                writeFile file: 'Dockerfile', text: 'FROM scratch\\nCOPY Dockerfile /\\nLABEL org.opencontainers.image.licenses=MIT\\n'
                withEnv(['TAG_NAME=v1.4.2', 'GIT_COMMIT=860c1904a1ce19322e91ac35af1ab07466440c37']) {
                    def meta = treenqMetadata(images: ['%1$s'], labels: [team: 'shop'], annotations: [day: "{{date 'dddd'}}"],
                        tags: ['type=semver,pattern={{version}}', 'type=semver,pattern={{major}}.{{minor}}'])
                    treenqBuild tags: meta.tags, labels: meta.labels, annotations: meta.annotations
                }
                def found = treenqInspect('%1$s:1.4')
                echo "team=${found.labels.team} licenses=${found.labels['org.opencontainers.image.licenses']}"
                echo "version=${found.labels['org.opencontainers.image.version']}"
                echo "annotated=${found.annotations['org.opencontainers.image.revision']} ${found.annotations.day.endsWith('day')}"
                """.formatted(image()));

        assertEquals(digest("1.4.2"), digest("latest"));
        assertEquals(digest("1.4.2"), digest("1.4"));
        jenkins.assertLogContains("team=shop licenses=MIT", run);
        jenkins.assertLogContains("version=1.4.2", run);
        jenkins.assertLogContains("annotated=860c1904a1ce19322e91ac35af1ab07466440c37 true", run);
    }

    @Test
    void aFreestyleBuildUsesTheTagsAndLabelsOfItsRules() throws Exception {
        TreenqBuildStep build = new TreenqBuildStep(List.of(image() + ":by-hand-$TREENQ_METADATA_VERSION"));
        build.setDockerfileText("FROM busybox\nARG VERSION\nLABEL of=$VERSION\n");
        build.setBuildArgs(List.of("VERSION=$TREENQ_METADATA_VERSION"));
        build.setLabels(List.of("org.opencontainers.image.title=By hand"));
        TreenqMetadataStep rules = new TreenqMetadataStep(List.of(image()));
        rules.setTags(List.of(
                "type=ref,event=branch",
                "type=raw,value=build-$BUILD_NUMBER",
                "type=match,pattern=^v(\\d)$,value=v7,group=1"));
        TreenqBuilder builder = new TreenqBuilder(build);
        builder.setMetadata(rules);
        FreeStyleProject job = jenkins.createFreeStyleProject();
        job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("BRANCH_NAME", "")));
        job.getBuildersList().add(builder);
        job.getBuildersList()
                .add(new Shell(
                        "echo \"later: $TREENQ_METADATA_VERSION $(echo \"$TREENQ_METADATA_TAG_NAMES\" | wc -l)\""));

        FreeStyleBuild run = jenkins.assertBuildStatusSuccess(
                job.scheduleBuild2(0, new ParametersAction(new StringParameterValue("BRANCH_NAME", "my/x"))));

        jenkins.assertLogContains("later: 7 4", run);
        for (String tag : List.of("7", "my-x", "build-1", "by-hand-7")) {
            assertEquals(digest("latest"), digest(tag));
        }
        WorkflowRun look = new Pipelines(jenkins).success("""
                def labels = treenqInspect('%s:7').labels
                echo "of=$labels.of title=${labels['org.opencontainers.image.title']} version=${labels['org.opencontainers.image.version']}"
                """.formatted(image()));
        jenkins.assertLogContains("of=7 title=By hand version=7", look);
    }
}
