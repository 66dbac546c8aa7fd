// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.cloudbees.hudson.plugins.folder.AbstractFolder;
import com.cloudbees.hudson.plugins.folder.AbstractFolderProperty;
import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.hudson.plugins.folder.properties.FolderCredentialsProvider.FolderCredentialsProperty;
import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.domains.DomainCredentials;
import hudson.AbortException;
import hudson.model.FreeStyleProject;
import hudson.model.ItemGroup;
import hudson.model.Result;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import hudson.util.Secret;
import io.jenkins.plugins.treenq.buildkit.Certificates;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.run.Configured;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import java.util.List;
import jenkins.model.Jenkins;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.docker.commons.credentials.DockerServerCredentials;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

@SharedJenkins
class FolderConfigurationTest {
    private JenkinsRule jenkins;
    private Folder outer;
    private Folder inner;
    private Folder other;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        outer = jenkins.createProject(Folder.class, "outer");
        inner = outer.createProject(Folder.class, "inner");
        other = jenkins.createProject(Folder.class, "other");
    }

    @Test
    void formKeepsEverything() throws Exception {
        addTo(outer, Configured.login("login", "user", "password"));
        outer.addProperty(everything());

        jenkins.configRoundtrip(outer);

        FolderConfiguration read = of(outer);
        jenkins.assertEqualDataBoundBeans(everything().getBuilders(), read.getBuilders());
        jenkins.assertEqualDataBoundBeans(everything().getRegistries(), read.getRegistries());
        assertEquals("arm", read.getDefaultBuilder());
        assertEquals(outer, read.group());
    }

    @Test
    void theConfigurationFileIsLoaded() throws Exception {
        outer.addProperty(everything());

        jenkins.jenkins.reload();

        Folder reloaded = (Folder) jenkins.jenkins.getItem("outer");
        jenkins.assertEqualDataBoundBeans(
                everything().getBuilders(), of(reloaded).getBuilders());
        jenkins.assertEqualDataBoundBeans(
                everything().getRegistries(), of(reloaded).getRegistries());
        assertEquals(reloaded, of(reloaded).group());
    }

    @Test
    void anEmptyConfigurationIsNotStored() throws Exception {
        jenkins.configRoundtrip(outer);

        assertNull(of(outer));
    }

    @Test
    void duplicateNamesAreReportedInOneLine() throws Exception {
        outer.addProperty(everything());
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        HtmlForm form = client.getPage(outer, "configure").getFormByName("config");
        form.getInputsByName("_.name").stream()
                .filter(input -> input.getValue().equals("arm"))
                .forEach(input -> input.setValue("default"));

        HtmlPage answer = (HtmlPage) jenkins.submit(form);

        assertThat(answer.asNormalizedText(), containsString("Two builders have the name 'default'"));
        assertEquals("arm", of(outer).getBuilders().get(1).getName());
    }

    @Test
    void innerBuildersOverrideOuterOnes() throws Exception {
        TreenqConfiguration.get().setBuilders(List.of(builder("a", "tcp://all:1"), builder("b", "tcp://all:2")));
        TreenqConfiguration.get().setRegistries(List.of(new Registry("docker.io"), new Registry("localhost:5000")));
        configure(outer, builder("a", "tcp://outer:1"), builder("c", "tcp://outer:2"));
        configure(inner, builder("c", "tcp://inner:1"));
        of(inner).setRegistries(List.of(new Registry("docker.io")));
        FreeStyleProject job = inner.createProject(FreeStyleProject.class, "job");
        JobConfiguration seen = JobConfiguration.of(job);

        assertEquals(
                List.of("c tcp://inner:1 outer/inner", "a tcp://outer:1 outer", "b tcp://all:2 "),
                seen.builders().stream()
                        .map(owned ->
                                owned.item().getName() + " " + owned.item().getAddress() + " "
                                        + owned.owner().getFullName())
                        .toList());
        assertEquals(
                List.of("docker.io outer/inner", "localhost:5000 "),
                seen.registries().stream()
                        .map(owned ->
                                owned.item().getHost() + " " + owned.owner().getFullName())
                        .toList());
    }

    @Test
    void theInnermostScopeDeterminesTheDefaultBuilder() throws Exception {
        TreenqConfiguration.get().setBuilders(List.of(builder("a", "tcp://all:1"), builder("b", "tcp://all:2")));
        TreenqConfiguration.get().setDefaultBuilder("b");
        assertEquals("b", chosen(inner));

        configure(outer, builder("c", "tcp://outer:1"));
        assertEquals("c", chosen(inner));

        of(outer).setDefaultBuilder("a");
        assertEquals("a", chosen(inner));
        assertEquals("b", chosen(other));
    }

    @Test
    void otherFoldersCannotUseTheConfiguration() throws Exception {
        TreenqConfiguration.get().setBuilders(List.of(builder("shared", "tcp://localhost:1")));
        configure(outer, builder("private", "tcp://localhost:2"));

        assertLog(inner, "treenqBuild(builder: 'private')", "Building on 'private' (tcp://localhost:2)");
        assertLog(
                other,
                "treenqBuild(builder: 'private')",
                "builder 'private' is not configured; the configured builders are 'shared'");
        assertLog(
                jenkins.jenkins,
                "treenqBuild(builder: 'private')",
                "builder 'private' is not configured; the configured builders are 'shared'");
    }

    @Test
    void credentialsAreLookedUpInTheFolder() throws Exception {
        BuildkitBuilder guarded = builder("guarded", "tcp://localhost:1");
        guarded.setCredentialsId("certificate");
        configure(outer, guarded);

        addTo(other, certificate(CredentialsScope.GLOBAL));
        assertLog(inner, "treenqBuild()", "builder 'guarded': credentials 'certificate' were not found");

        Configured.add(certificate(CredentialsScope.SYSTEM));
        assertLog(inner, "treenqBuild()", "builder 'guarded': credentials 'certificate' were not found");

        addTo(inner, certificate(CredentialsScope.GLOBAL));
        assertLog(inner, "treenqBuild()", "builder 'guarded': credentials 'certificate' were not found");

        addTo(outer, certificate(CredentialsScope.GLOBAL));
        assertLog(inner, "treenqBuild()", "Building on 'guarded' (tcp://localhost:1)");
    }

    @Test
    void aFolderCannotOverrideGlobalCredentials() throws Exception {
        TreenqConfiguration.get().setBuilders(List.of(builder("shared", "tcp://localhost:1")));
        Registry shared = new Registry("localhost:5000");
        shared.setCredentialsId("login");
        TreenqConfiguration.get().setRegistries(List.of(shared));

        addTo(outer, Configured.login("login", "user", "password"));

        assertLog(inner, "treenqBuild(tags: ['localhost:5000/a:1'])", "credentials 'login' were not found");
    }

    @Test
    void aBuilderOfAFolderCannotBeASocket() throws Exception {
        String line =
                "builder 'socket': the builder of a folder cannot use a socket of this machine; write tcp://host:port or"
                        + " dns:///host:port";
        BuildkitBuilder socket = builder("socket", "unix:///run/buildkit/buildkitd.sock");
        FolderConfiguration configuration = new FolderConfiguration();
        assertEquals(
                line,
                assertThrows(IllegalArgumentException.class, () -> configuration.setBuilders(List.of(socket)))
                        .getMessage());

        // A configuration file may contain such an address.
        configuration.setBuilders(List.of(builder("socket", "tcp://localhost:1")));
        outer.addProperty((FolderConfiguration) Jenkins.XSTREAM2.fromXML(Jenkins.XSTREAM2
                .toXML(configuration)
                .replace("tcp://localhost:1", "unix:///run/buildkit/buildkitd.sock")));
        assertLog(
                inner,
                "treenqBuild()",
                "builder 'socket': the builder of a folder cannot use a socket of this machine");
        assertEquals(
                FormValidation.Kind.ERROR,
                jenkins.jenkins
                        .getDescriptorByType(BuildkitBuilder.DescriptorImpl.class)
                        .doCheckAddress(outer, "unix:///run/buildkit/buildkitd.sock")
                        .kind);
    }

    @Test
    void formsOfJobsOfferTheirBuilders() throws Exception {
        configure(outer, builder("private", "tcp://localhost:2"));
        TreenqBuildStep.DescriptorImpl step = jenkins.jenkins.getDescriptorByType(TreenqBuildStep.DescriptorImpl.class);

        assertThat(
                values(step.doFillBuilderItems(inner.createProject(FreeStyleProject.class, "job"), "")),
                containsString("private"));
        assertThat(
                values(step.doFillBuilderItems(other.createProject(FreeStyleProject.class, "job"), "")),
                not(containsString("private")));
    }

    @Test
    void formsOfAFolderOfferItsCredentialsAndBuilders() throws Exception {
        addTo(outer, certificate(CredentialsScope.GLOBAL));
        configure(outer, builder("private", "tcp://localhost:2"));
        BuildkitBuilder.DescriptorImpl builder =
                jenkins.jenkins.getDescriptorByType(BuildkitBuilder.DescriptorImpl.class);
        FolderConfiguration.DescriptorImpl folder =
                jenkins.jenkins.getDescriptorByType(FolderConfiguration.DescriptorImpl.class);

        assertThat(values(builder.doFillCredentialsIdItems(inner, "")), containsString("certificate"));
        assertThat(values(builder.doFillCredentialsIdItems(other, "")), not(containsString("certificate")));
        assertEquals("[, private]", values(folder.doFillDefaultBuilderItems(inner, "")));
        assertEquals("[, gone]", values(folder.doFillDefaultBuilderItems(other, "gone")));
    }

    @Test
    void theDefaultBuilderMustBeVisibleInTheFolder() throws Exception {
        TreenqConfiguration.get().setBuilders(List.of(builder("shared", "tcp://localhost:1")));
        FolderConfiguration configuration = everything();
        configuration.setDefaultBuilder("shared");
        outer.addProperty(configuration);
        addTo(outer, Configured.login("login", "user", "password"));
        jenkins.configRoundtrip(outer);
        assertEquals("shared", of(outer).getDefaultBuilder());
        of(outer).setDefaultBuilder("gone");

        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        HtmlPage answer =
                (HtmlPage) jenkins.submit(client.getPage(outer, "configure").getFormByName("config"));

        assertThat(
                answer.asNormalizedText(),
                containsString("The default builder 'gone' is not configured; the configured builders are 'default',"
                        + " 'arm', 'shared'"));
    }

    private static String chosen(Folder folder) throws AbortException {
        return JobConfiguration.of(folder).builder(null, List.of()).item().getName();
    }

    private static String values(ListBoxModel items) {
        return items.stream().map(option -> option.value).toList().toString();
    }

    private static FolderConfiguration of(AbstractFolder<?> folder) {
        for (AbstractFolderProperty<?> property : folder.getProperties()) {
            if (property instanceof FolderConfiguration found) {
                return found;
            }
        }
        return null;
    }

    private static void configure(Folder folder, BuildkitBuilder... builders) throws Exception {
        FolderConfiguration configuration = new FolderConfiguration();
        configuration.setBuilders(List.of(builders));
        folder.addProperty(configuration);
    }

    private static BuildkitBuilder builder(String name, String address) {
        return new BuildkitBuilder(name, address);
    }

    private static FolderConfiguration everything() {
        BuildkitBuilder second = builder("arm", "tcp://buildkitd.example.com:1234, tcp://other.example.com:1234");
        second.setServerName("buildkitd");
        second.setConnectTimeoutSeconds(20);
        second.setPlatforms(List.of("linux/arm64"));
        second.setLimit(4);
        second.setDraining(true);
        Registry registry = new Registry("registry.example.com");
        registry.setCredentialsId("login");
        FolderConfiguration configuration = new FolderConfiguration();
        configuration.setBuilders(List.of(builder("default", "tcp://localhost:1"), second));
        configuration.setRegistries(List.of(registry, new Registry("docker.io")));
        configuration.setDefaultBuilder("arm");
        return configuration;
    }

    private static Credentials certificate(CredentialsScope scope) {
        String key = Certificates.authority("it").keyPem();
        return new DockerServerCredentials(scope, "certificate", "", Secret.fromString(key), "certificate", "ca");
    }

    private static void addTo(Folder folder, Credentials credentials) throws Exception {
        folder.addProperty(new FolderCredentialsProperty(new DomainCredentials[] {
            new DomainCredentials(com.cloudbees.plugins.credentials.domains.Domain.global(), List.of(credentials))
        }));
    }

    private void assertLog(ItemGroup<?> where, String step, String line) throws Exception {
        WorkflowJob job = where instanceof Folder folder
                ? folder.createProject(
                        WorkflowJob.class, "job" + folder.getItems().size())
                : jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(
                "node { writeFile file: 'Dockerfile', text: 'FROM scratch'; " + step + " }", true));
        WorkflowRun run = jenkins.buildAndAssertStatus(Result.FAILURE, job);
        jenkins.assertLogContains(line, run);
        jenkins.assertLogNotContains("\tat ", run);
    }
}
