// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.MetadataFile;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImageArchive;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** The files with a job's images and rollbacks, also if the job or the files are changed meanwhile. */
@SharedJenkins
class RollbackLogTest {
    private static final String TAG = "registry.example.com/shop/web:latest";
    private static final String DIGEST = "sha256:" + "a".repeat(64);
    private static final Executor NOW = Runnable::run;
    private static final Executor NO_THREAD = task -> {
        throw new RejectedExecutionException("there is no thread");
    };

    private JenkinsRule jenkins;
    private FreeStyleProject job;
    private FreeStyleBuild run;
    private Rollback rollback;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        job = jenkins.createFreeStyleProject("shop");
        run = jenkins.buildAndAssertSuccess(job);
        record(1, DIGEST);
        rollback = begin();
    }

    private void record(int number, String digest) throws Exception {
        BuildResult result =
                MetadataFile.of(Map.of("containerimage.digest", digest)).result("ref", Duration.ofSeconds(1));
        DockerfileBuild build =
                DockerfileBuild.builder().tags(List.of(TAG)).push(true).build();
        ImageArchive.record(BuiltImage.built(number, result, 0, build, "default"), null, run, TaskListener.NULL);
    }

    private Rollback begin() {
        return Rollback.begin(new JobImagesAction(job).getImages().get(0), null, "operator");
    }

    private Rollback done() {
        return rollback.ended(Rollback.State.DONE, null);
    }

    private static File file(File folder) {
        return new File(folder, "treenq-rollbacks.xml");
    }

    @Test
    void theEndIsStoredInTheCurrentFolderOfTheJob() throws Exception {
        File earlier = job.getRootDir();
        RollbackLog log = new RollbackLog(job, NOW);
        assertTrue(log.begin(rollback));

        job.renameTo("store");
        assertEquals(
                Rollback.State.UNDER_WAY, new RollbackLog(job).read().get(0).getState());
        assertFalse(new RollbackLog(job, NOW).begin(begin()));
        log.end(done());

        assertFalse(earlier.exists());
        assertThat(Files.readString(file(job.getRootDir()).toPath()), containsString("DONE"));
        assertEquals(Rollback.State.DONE, new RollbackLog(job).read().get(0).getState());
    }

    @Test
    void theFolderOfADeletedJobIsNotCreatedAgain() throws Exception {
        File folder = job.getRootDir();
        RollbackLog log = new RollbackLog(job, NOW);
        assertTrue(log.begin(rollback));

        job.delete();
        log.end(done());

        assertFalse(folder.exists());
        // A new job of the same name does not have the rollbacks of the deleted one.
        FreeStyleProject other = jenkins.createFreeStyleProject("shop");
        assertThat(new RollbackLog(other).read(), hasSize(0));
        log.end(done());
        assertFalse(file(other.getRootDir()).exists());
    }

    @Test
    void aRollbackIsRemovedIfNoThreadCanStoreIt() {
        RollbackLog without = new RollbackLog(job, NO_THREAD);
        RollbackLog log = new RollbackLog(job, NOW);

        assertThrows(RejectedExecutionException.class, () -> without.begin(rollback));
        assertThat(log.read(), hasSize(0));
        assertTrue(log.begin(rollback));
        assertThrows(RejectedExecutionException.class, () -> without.end(done()));

        assertEquals(Rollback.State.INTERRUPTED, log.read().get(0).getState());
        assertTrue(log.begin(begin()));
    }

    @Test
    void unreadableFilesFailNeitherBuildsNorPages() throws Exception {
        File images = new File(job.getRootDir(), "treenq-images.xml");
        for (String content : List.of("", "<list><no", "<list><no.such.Class/></list>")) {
            Files.writeString(images.toPath(), content);
            Files.writeString(file(job.getRootDir()).toPath(), content);

            for (String page : List.of("", "treenq/", "treenq/api/json?depth=3", "api/json?depth=3")) {
                assertEquals(
                        200,
                        jenkins.createWebClient()
                                .goTo(job.getUrl() + page, null)
                                .getWebResponse()
                                .getStatusCode());
            }
            assertThat(new JobImagesAction(job).getRollbacks(), hasSize(0));
            record(2, DIGEST);
            assertThat(new JobImagesAction(job).getImages(), hasSize(1));
            RollbackLog log = new RollbackLog(job, NOW);
            assertTrue(log.begin(rollback));
            log.end(done());
            assertThat(log.read(), hasSize(1));
        }
        // A file that cannot be written does not fail a build or a page, either.
        Files.delete(images.toPath());
        Files.createDirectories(images.toPath().resolve("folder"));
        record(3, DIGEST);
        assertThat(new JobImagesAction(job).getImages(), hasSize(0));
    }

    @Test
    void anUnreadableFileIsKeptWhenItsSuccessorIsWritten() throws Exception {
        String damaged = "<list><no";
        Path images = job.getRootDir().toPath().resolve("treenq-images.xml");
        Path rollbacks = file(job.getRootDir()).toPath();
        Files.writeString(images, damaged);
        Files.writeString(rollbacks, damaged);

        record(2, DIGEST);
        RollbackLog log = new RollbackLog(job, NOW);
        assertTrue(log.begin(rollback));
        log.end(done());

        assertThat(new JobImagesAction(job).getImages(), hasSize(1));
        assertThat(log.read(), hasSize(1));
        assertEquals(damaged, Files.readString(images.resolveSibling("treenq-images.xml.unreadable")));
        assertEquals(damaged, Files.readString(rollbacks.resolveSibling("treenq-rollbacks.xml.unreadable")));
    }
}
