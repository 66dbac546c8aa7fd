// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anEmptyMap;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.ExtensionList;
import hudson.diagnosis.OldDataMonitor;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.FolderConfiguration;
import io.jenkins.plugins.treenq.config.Registry;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImagesAction;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;
import org.jvnet.hudson.test.recipes.LocalData;

/** Homes that earlier versions wrote are read, and written again without a loss. */
@WithJenkins
class UpgradeTest {
    private static final String BUILT = "sha256:" + "a".repeat(64);

    private JenkinsRule jenkins;

    @BeforeEach
    void start(JenkinsRule rule) {
        jenkins = rule;
    }

    /** Global configuration, jobs and runs. */
    @Test
    @LocalData
    void theFirstVersion() throws Exception {
        assertFirst();

        TreenqConfiguration.get().save();
        FreeStyleProject shop = job("shop");
        shop.save();
        shop.getBuildByNumber(1).save();
        jenkins.jenkins.reload();

        assertFirst();
    }

    private void assertFirst() throws Exception {
        TreenqConfiguration configuration = new TreenqConfiguration();
        BuildkitBuilder arm = new BuildkitBuilder("arm", "tcp://buildkitd.example.com:1234");
        arm.setServerName("buildkitd");
        arm.setCredentialsId("buildkit-client");
        arm.setConnectTimeoutSeconds(20);
        jenkins.assertEqualDataBoundBeans(
                List.of(new BuildkitBuilder("default", "unix:///run/buildkit/buildkitd.sock"), arm),
                configuration.getBuilders());
        Registry registry = new Registry("registry.example.com");
        registry.setCredentialsId("login");
        jenkins.assertEqualDataBoundBeans(
                List.of(registry, new Registry("docker.io")), configuration.getRegistries());
        assertEquals("arm", configuration.getDefaultBuilder());
        assertNull(configuration.getPolicy());

        TreenqBuildStep step = new TreenqBuildStep(List.of("registry.example.com/shop/web:$BUILD_NUMBER", "web"));
        step.setContext("web");
        step.setDockerfile("docker/Dockerfile");
        step.setTarget("prod");
        step.setBuildArgs(List.of("VERSION=1.4"));
        step.setLabels(List.of("team=shop"));
        step.setPlatforms(List.of("linux/amd64"));
        step.setPull(true);
        step.setNoCache(true);
        step.setPush(false);
        step.setBuilder("arm");
        step.setCredentialsId("login");
        FreeStyleProject shop = job("shop");
        List<TreenqBuilder> builders = shop.getBuildersList().getAll(TreenqBuilder.class);
        jenkins.assertEqualDataBoundBeans(step, builders.get(0).getBuild());
        jenkins.assertEqualDataBoundBeans(new TreenqBuildStep(List.of("web")), builders.get(1).getBuild());

        FreeStyleBuild run = shop.getBuildByNumber(1);
        List<BuiltImage> images = run.getAction(ImagesAction.class).getImages();
        assertEquals(2, images.size());
        BuiltImage web = images.get(0);
        assertEquals(BUILT, web.getDigest());
        assertEquals("sha256:" + "b".repeat(64), web.getImageId());
        assertEquals("registry.example.com/shop/web@" + BUILT, web.getReference());
        assertEquals(
                List.of("registry.example.com/shop/web:1.4", "registry.example.com/shop/web:latest"), web.getTags());
        assertEquals(List.of("linux/amd64"), web.getPlatforms());
        assertEquals("arm", web.getBuilder());
        assertEquals(12.3, web.getDuration());
        assertEquals(525L, ((Map<?, ?>) web.getMetadata().get("containerimage.descriptor")).get("size"));
        assertNull(web.getPromotedFrom());
        assertFalse(web.isSkipped());
        // It is not known that registries had it, so nobody is offered to roll back to it.
        assertFalse(web.isTagged());
        assertEquals(List.of(), images.get(1).getTags());
        assertEquals(List.of("linux/amd64", "linux/arm64"), images.get(1).getPlatforms());
        for (String page : List.of("job/shop/", "job/shop/treenq/", "job/shop/1/", "job/shop/1/treenq/")) {
            jenkins.createWebClient().goTo(page);
        }
        assertNothingIsOld();
    }

    /** What came next: folders, promoting, and all that a build can be asked for. */
    @Test
    @LocalData
    void theFirstVersionWithFolders() throws Exception {
        assertFolders();

        jenkins.jenkins.getItemByFullName("team", Folder.class).save();
        FreeStyleProject web = job("team/web");
        web.save();
        web.getBuildByNumber(1).save();
        // Files have their own times now, always.
        assertThat(web.getConfigFile().asString(), not(containsString("contextTimes")));
        jenkins.jenkins.reload();

        assertFolders();
    }

    private void assertFolders() throws Exception {
        FolderConfiguration team = jenkins.jenkins
                .getItemByFullName("team", Folder.class)
                .getProperties()
                .get(FolderConfiguration.class);
        BuildkitBuilder pool = new BuildkitBuilder("pool", "tcp://a.example.com:1234 tcp://b.example.com:1234");
        pool.setCredentialsId("team-client");
        pool.setPlatforms(List.of("linux/amd64", "linux/arm64"));
        pool.setLimit(4);
        pool.setDraining(true);
        Registry registry = new Registry("registry.example.com");
        registry.setCredentialsId("team-login");
        registry.setCaCertificate("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----");
        registry.setPlainHttp(true);
        registry.setMirrors(List.of("mirror.example.com"));
        jenkins.assertEqualDataBoundBeans(List.of(pool), team.getBuilders());
        jenkins.assertEqualDataBoundBeans(List.of(registry), team.getRegistries());
        assertEquals("pool", team.getDefaultBuilder());

        TreenqBuildStep step = TreenqBuildStepTest.everything();
        // There was no such thing yet.
        step.setSkipIfPresent(false);
        step.setSkipIfUnchanged(false);
        FreeStyleProject web = job("team/web");
        jenkins.assertEqualDataBoundBeans(
                step, web.getBuildersList().get(TreenqBuilder.class).getBuild());
        TreenqPromoteStep promote =
                new TreenqPromoteStep("$TREENQ_IMAGE", List.of("registry.example.com/shop/web:stable"));
        promote.setCredentialsId("login");
        promote.setFromCredentialsId("other");
        jenkins.assertEqualDataBoundBeans(
                promote, web.getBuildersList().get(TreenqPromoter.class).getPromotion());

        List<BuiltImage> images =
                web.getBuildByNumber(1).getAction(ImagesAction.class).getImages();
        assertEquals(2, images.size());
        assertEquals("pool", images.get(0).getBuilder());
        assertEquals("registry.example.com/shop/web:1", images.get(1).getPromotedFrom());
        assertEquals(List.of("registry.example.com/shop/web:stable"), images.get(1).getTags());
        assertEquals("registry.example.com/shop/web@" + BUILT, images.get(1).getReference());
        assertNothingIsOld();
    }

    private FreeStyleProject job(String name) {
        return jenkins.jenkins.getItemByFullName(name, FreeStyleProject.class);
    }

    private void assertNothingIsOld() {
        assertThat(ExtensionList.lookupSingleton(OldDataMonitor.class).getData(), is(anEmptyMap()));
    }
}
