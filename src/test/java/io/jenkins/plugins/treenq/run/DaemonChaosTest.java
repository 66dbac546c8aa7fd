// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import io.jenkins.plugins.treenq.step.TreenqBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import jenkins.model.ParameterizedJobMixIn;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.CreateFileBuilder;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/**
 * Many builds on three daemons, of which one after the other is killed and started again, or stopped and continued. The
 * disturbances follow from {@code -Dtreenq.chaos.seed}; {@code -Dtreenq.chaos.builds=60} takes about ten minutes.
 */
@WithJenkins
class DaemonChaosTest {
    private static final int BUILDS = Integer.getInteger("treenq.chaos.builds", 12);
    private static final long SEED = Long.getLong("treenq.chaos.seed", 14);
    private static final List<String> NAMES = List.of("chaos-1", "chaos-2", "chaos-3");

    private final String prefix = "chaos-" + UUID.randomUUID().toString().substring(0, 8) + "/";
    private final Random random = new Random(SEED);
    private final List<Daemon> daemons = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (String name : NAMES.subList(0, daemons.size())) {
            Daemon.first().down(name);
        }
    }

    @Test
    void noBuildIsLostWithADaemon(JenkinsRule jenkins) throws Exception {
        Daemon launcher = Daemon.first();
        for (String name : NAMES) {
            daemons.add(launcher.another(name));
        }
        Configured.with(launcher);
        BuildkitBuilder builder = Configured.builder(
                "default", daemons.stream().map(Daemon::address).collect(Collectors.joining("\n")));
        builder.setLimit(2);
        // The daemons are disturbed more often than a build takes.
        builder.setRetries(10);
        TreenqConfiguration.get().setBuilders(List.of(builder));
        jenkins.jenkins.setNumExecutors(4);

        Map<String, Run<?, ?>> runs = new LinkedHashMap<>();
        for (int build = 0; build < BUILDS; build++) {
            String image = prefix + build;
            Job<?, ?> job = job(jenkins, build, launcher.registry() + "/" + image + ":1");
            ParameterizedJobMixIn.scheduleBuild2(job, 0);
            runs.put(image, null);
        }
        int disturbances = 0;
        while (jenkins.jenkins.getAllItems(Job.class).stream()
                .anyMatch(
                        job -> job.getLastBuild() == null || job.getLastBuild().isBuilding())) {
            disturb(launcher);
            disturbances++;
        }

        int number = 0;
        Registry registry = new Registry(launcher);
        List<String> wrong = new ArrayList<>();
        for (String image : runs.keySet()) {
            Run<?, ?> run = jenkins.jenkins
                    .getItemByFullName("job" + number++, Job.class)
                    .getLastBuild();
            List<String> recorded = run.getAction(ImagesAction.class).getImages().stream()
                    .map(BuiltImage::getDigest)
                    .toList();
            if (run.getResult() != Result.SUCCESS
                    || !recorded.equals(registry.digest(image, "1").stream().toList())) {
                wrong.add(image + ": " + run.getResult() + " " + recorded + "\n" + JenkinsRule.getLog(run));
            }
        }
        assertEquals(List.of(), wrong, "seed " + SEED + ", " + disturbances + " disturbances");
        DaemonLossTest.assertNoSlotIsHeld(daemons.toArray(Daemon[]::new));
    }

    private Job<?, ?> job(JenkinsRule jenkins, int number, String tag) throws Exception {
        int seconds = 5 + random.nextInt(16);
        String dockerfile = "FROM busybox\nRUN echo " + tag + "; sleep " + seconds + "\nCOPY Dockerfile /\n";
        if (number % 2 == 0) {
            WorkflowJob job = jenkins.createProject(WorkflowJob.class, "job" + number);
            job.setDefinition(new CpsFlowDefinition(
                    "node { writeFile file: 'Dockerfile', text: '" + dockerfile.replace("\n", "\\n") + "'\n"
                            + "treenqBuild tags: ['" + tag + "'] }",
                    true));
            return job;
        }
        FreeStyleProject job = jenkins.createFreeStyleProject("job" + number);
        job.getBuildersList().add(new CreateFileBuilder("Dockerfile", dockerfile));
        job.getBuildersList().add(new TreenqBuilder(new TreenqBuildStep(List.of(tag))));
        return job;
    }

    /** Disturbs one daemon and returns when it is well again. */
    private void disturb(Daemon launcher) throws Exception {
        Thread.sleep(2000 + random.nextInt(4000));
        int which = random.nextInt(daemons.size());
        Daemon daemon = daemons.get(which);
        if (random.nextBoolean()) {
            ProcessHandle process = ProcessHandle.of(daemon.pid()).orElseThrow();
            process.destroyForcibly();
            process.onExit().join();
            launcher.another(NAMES.get(which));
        } else {
            signal(daemon, "STOP");
            try {
                Thread.sleep(1000 + random.nextInt(4000));
            } finally {
                signal(daemon, "CONT");
            }
        }
    }

    private static void signal(Daemon daemon, String signal) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + signal, String.valueOf(daemon.pid()))
                        .start()
                        .waitFor());
    }
}
