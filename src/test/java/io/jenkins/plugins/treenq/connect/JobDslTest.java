// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.parameters.RegistryCache;
import io.jenkins.plugins.treenq.run.Configured;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqBuilder;
import io.jenkins.plugins.treenq.step.TreenqPromoter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javaposse.jobdsl.plugin.ExecuteDslScripts;
import javaposse.jobdsl.plugin.GlobalJobDslSecurityConfiguration;
import jenkins.branch.OrganizationFolder;
import jenkins.model.GlobalConfiguration;
import jenkins.plugins.git.GitSCMSource;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProjectFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;

/** Projects and build steps that the plugin Job DSL generates, also from Configuration as Code. */
@SharedJenkins
class JobDslTest {
    private static final Pattern SCRIPT = Pattern.compile("(?s)```groovy\\n(.*?)```");

    @TempDir
    Path folder;

    private JenkinsRule jenkins;

    @BeforeEach
    void start(JenkinsRule rule) {
        jenkins = rule;
        GlobalConfiguration.all().get(GlobalJobDslSecurityConfiguration.class).setUseScriptSecurity(false);
    }

    private FreeStyleBuild generate(String script) throws Exception {
        FreeStyleProject seed = jenkins.createFreeStyleProject();
        ExecuteDslScripts step = new ExecuteDslScripts();
        step.setUseScriptText(true);
        step.setScriptText(script);
        seed.getBuildersList().add(step);
        return jenkins.buildAndAssertSuccess(seed);
    }

    /** Returns the scripts of Job DSL that a page of the documentation shows. */
    private static List<String> scripts(String page) throws Exception {
        return SCRIPT.matcher(Files.readString(Path.of("docs", page)))
                .results()
                .map((MatchResult result) -> result.group(1))
                .filter(script -> script.matches("(?s)\\w*[jJ]ob\\('.*"))
                .toList();
    }

    private static ImageSettings settings(WorkflowMultiBranchProject project) {
        return ((DockerfileBranchProjectFactory) project.getProjectFactory()).getSettings();
    }

    @Test
    void theScriptOfTheDocumentationGeneratesAMultibranchProjectByDockerfile() throws Exception {
        List<String> scripts = scripts("connect.md");
        assertEquals(1, scripts.size());

        generate(scripts.get(0));

        WorkflowMultiBranchProject project = jenkins.jenkins.getItemByFullName("web", WorkflowMultiBranchProject.class);
        assertEquals("registry.example.com/shop/web", settings(project).getImage());
        assertEquals("prod", settings(project).getBuild().getTarget());
        assertEquals(
                List.of("linux/amd64", "linux/arm64"),
                settings(project).getBuild().getPlatforms());
        assertTrue(settings(project).getBuild().isPush());
        GitSCMSource source = (GitSCMSource) project.getSCMSources().get(0);
        assertEquals("https://github.com/shop/web.git", source.getRemote());
        assertEquals("github", source.getCredentialsId());
    }

    @Test
    void everySettingOfAnOrganizationFolderCanBeGenerated() throws Exception {
        generate("""
                organizationFolder('shop') {
                    projectFactories {
                        workflowMultiBranchProjectFactory {
                            scriptPath('Jenkinsfile')
                        }
                        treenqDockerfiles {
                            settings {
                                image('registry.example.com/${organization}/${repository}')
                                rules {
                                    tags(['type=ref,event=branch', 'type=semver,pattern={{version}}'])
                                    flavor(['latest=false'])
                                }
                                checkout {
                                    label('linux')
                                }
                                pushChangeRequests(true)
                                rebuildCommits(true)
                                deleteTags(true)
                                build {
                                    context('app')
                                    buildArgs(['VERSION=1.4'])
                                    failOn('warning')
                                    secrets {
                                        secret {
                                            id('npm')
                                            credentialsId('npm-token')
                                        }
                                    }
                                    cacheTo {
                                        registryCache {
                                            ref('registry.example.com/shop/cache')
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                """);

        OrganizationFolder shop = jenkins.jenkins.getItemByFullName("shop", OrganizationFolder.class);
        assertEquals(2, shop.getProjectFactories().size());
        assertEquals(
                WorkflowMultiBranchProjectFactory.class,
                shop.getProjectFactories().get(0).getClass());
        ImageSettings settings =
                ((DockerfileProjectFactory) shop.getProjectFactories().get(1)).getSettings();
        assertEquals("registry.example.com/${organization}/${repository}", settings.getImage());
        assertEquals(
                List.of("type=ref,event=branch", "type=semver,pattern={{version}}"),
                settings.getRules().getTags());
        assertEquals(List.of("latest=false"), settings.getRules().getFlavor());
        assertEquals("linux", settings.getCheckout().getLabel());
        assertTrue(settings.isPushChangeRequests());
        assertTrue(settings.isRebuildCommits());
        assertTrue(settings.isDeleteTags());
        TreenqBuildStep build = settings.getBuild();
        assertEquals("app", build.getContext());
        assertEquals(List.of("VERSION=1.4"), build.getBuildArgs());
        assertEquals("warning", build.getFailOn());
        assertEquals("npm-token", build.getSecrets().get(0).getCredentialsId());
        assertEquals(
                "registry.example.com/shop/cache",
                ((RegistryCache) build.getCacheTo().get(0)).getRef());
        // The form keeps all settings of the script.
        jenkins.configRoundtrip(shop);
        jenkins.assertEqualDataBoundBeans(
                settings, ((DockerfileProjectFactory) shop.getProjectFactories().get(1)).getSettings());
    }

    @Test
    void theScriptsOfTheDocumentationGenerateTheBuildStepsOfFreestyleJobs() throws Exception {
        List<String> scripts = scripts("freestyle.md");
        assertEquals(2, scripts.size());
        for (String script : scripts) {
            generate(script);

            FreeStyleProject job = jenkins.jenkins.getItemByFullName("shop-web", FreeStyleProject.class);
            TreenqBuildStep build =
                    job.getBuildersList().get(TreenqBuilder.class).getBuild();
            assertEquals(List.of("registry.example.com/shop/web:$BUILD_NUMBER"), build.getTags());
            if (script.contains("treenqPromoter")) {
                assertEquals(List.of("VERSION=$BUILD_NUMBER"), build.getBuildArgs());
                assertEquals("npm-token", build.getSecrets().get(0).getCredentialsId());
                assertEquals(
                        List.of("registry.example.com/shop/web:stable"),
                        job.getBuildersList()
                                .get(TreenqPromoter.class)
                                .getPromotion()
                                .getTo());
            }
        }
    }

    @Test
    void aProjectGeneratedAgainByConfigurationAsCodeKeepsItsImages() throws Exception {
        Daemon daemon = Daemon.first();
        Configured.with(daemon);
        Configured.add(Configured.login("git", GitServer.USER, GitServer.PASSWORD));
        String image =
                daemon.registry() + "/test-" + UUID.randomUUID().toString().substring(0, 8);
        try (GitServer server = new GitServer(folder, true)) {
            Repository repository = new Repository(folder.resolve("web.git"));
            repository.commit("Dockerfile", "FROM scratch\nCOPY text /\n");
            repository.commit("text", image);
            repository.push();
            Path file = folder.resolve("jenkins.yaml");
            Files.writeString(file, """
                    jobs:
                      - script: |
                          multibranchPipelineJob('web') {
                              branchSources {
                                  git {
                                      id('web')
                                      remote('%s')
                                      credentialsId('git')
                                  }
                              }
                              factory {
                                  treenqDockerfile {
                                      settings {
                                          image('%s')
                                      }
                                  }
                              }
                          }
                    """.formatted(server.url("web.git"), image));
            ConfigurationAsCode.get().configure(file.toString());
            WorkflowMultiBranchProject project =
                    jenkins.jenkins.getItemByFullName("web", WorkflowMultiBranchProject.class);
            scan(project);
            jenkins.assertBuildStatusSuccess(project.getItemByBranchName("main").getLastBuild());
            String name = image.substring(image.indexOf('/') + 1);
            String digest = new Registry(daemon).digest(name, "main").orElseThrow();

            ConfigurationAsCode.get().configure(file.toString());
            scan(project);

            assertFalse(project.getItemByBranchName("main").isDisabled());
            jenkins.assertLogContains(
                    "Promoting " + image + "@" + digest,
                    jenkins.assertBuildStatusSuccess(
                            project.getItemByBranchName("main").scheduleBuild2(0)));
        }
    }

    private void scan(WorkflowMultiBranchProject project) throws Exception {
        project.scheduleBuild2(0).getFuture().get();
        jenkins.waitUntilNoActivity();
    }
}
