// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.run.Configured;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/**
 * Measures the page of a job with many builds that have pushed images, beside a job with the same builds without
 * images, for {@code buildkit/bench history}. This is not a test: it asserts nothing about time.
 */
@WithJenkins
class HistoryBenchmark {
    private static final int RUNS = Integer.parseInt(System.getenv().getOrDefault("TREENQ_BENCH_RUNS", "5"));
    private static final int BUILDS = 10_000;
    private static final int REQUESTS = 20;

    /** The plugin's elements in build.xml, which are indented by four spaces. */
    private static final Pattern ACTIONS =
            Pattern.compile("(?ms)^ {4}<(io\\.jenkins\\.plugins\\.treenq[^ >]*)(?: [^>]*)?(?:/>|>.*?^ {4}</\\1>)\\n");

    private JenkinsRule jenkins;

    @Test
    void jobPages(JenkinsRule rule) throws Exception {
        jenkins = rule;
        Daemon daemon = Daemon.first();
        Configured.with(daemon);
        String tag =
                daemon.registry() + "/history-" + UUID.randomUUID().toString().substring(0, 8) + ":latest";
        WorkflowJob template = jenkins.createProject(WorkflowJob.class, "template");
        template.setDefinition(new CpsFlowDefinition("""
                node {
                  writeFile file: 'Dockerfile', text: 'FROM scratch\\nCOPY Dockerfile /\\n'
                  treenqBuild tags: ['%s'], push: true
                }
                """.formatted(tag), true));
        WorkflowRun build = jenkins.buildAndAssertSuccess(template);
        JobImagesAction images = template.getAction(JobImagesAction.class);
        assertEquals(false, images == null, "the job has no images");

        WorkflowJob with = job("with", build, false);
        WorkflowJob without = job("without", build, true);
        assertEquals(false, Files.readString(xml(with)).equals(Files.readString(xml(without))), "nothing was removed");
        List<Long> coldWith = new ArrayList<>();
        List<Long> coldWithout = new ArrayList<>();
        List<Long> warmWith = new ArrayList<>();
        List<Long> warmWithout = new ArrayList<>();
        request(template);
        for (int run = 0; run <= RUNS; run++) {
            with.doReload();
            without.doReload();
            // The order changes, because the first request after a reload may do more.
            boolean withFirst = run % 2 == 0;
            long before = withFirst ? 0 : request(jobNamed("without"));
            long first = request(jobNamed("with"));
            long second = withFirst ? request(jobNamed("without")) : before;
            // The first run loads Jenkins' classes.
            if (run > 0) {
                coldWith.add(first);
                coldWithout.add(second);
            }
            for (int i = 0; i < REQUESTS; i++) {
                long warm = request(jobNamed("with"));
                long warmOther = request(jobNamed("without"));
                if (run > 0) {
                    warmWith.add(warm);
                    warmWithout.add(warmOther);
                }
            }
        }
        print("page of a job with 10,000 builds of images, after its builds were unloaded", coldWithout, coldWith);
        print("the same, later", warmWithout, warmWith);
    }

    private WorkflowJob jobNamed(String name) {
        return jenkins.jenkins.getItemByFullName(name, WorkflowJob.class);
    }

    private static Path xml(WorkflowJob job) {
        return job.getBuildDir().toPath().resolve("1/build.xml");
    }

    /** Makes a job that has many copies of a build. */
    private WorkflowJob job(String name, WorkflowRun build, boolean withoutImages) throws Exception {
        WorkflowJob job = jenkins.jenkins.copy(build.getParent(), name);
        Path source = build.getRootDir().toPath();
        String text = Files.readString(source.resolve("build.xml"));
        if (withoutImages) {
            text = ACTIONS.matcher(text).replaceAll("");
        } else {
            copyFilesOf(build.getParent(), job);
        }
        Path builds = job.getBuildDir().toPath();
        for (int number = 1; number <= BUILDS; number++) {
            Path folder = builds.resolve(String.valueOf(number));
            FileUtils.copyDirectory(source.toFile(), folder.toFile());
            Files.writeString(folder.resolve("build.xml"), text);
        }
        job.updateNextBuildNumber(BUILDS + 1);
        job.doReload();
        return jobNamed(name);
    }

    /** Copies the files beside the job's builds, of which one has the images of the job. */
    private static void copyFilesOf(WorkflowJob source, WorkflowJob target) throws IOException {
        try (Stream<Path> files = Files.list(source.getRootDir().toPath())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = target.getRootDir().toPath().resolve(file.getFileName());
                if (!Files.exists(copy)) {
                    Files.copy(file, copy);
                }
            }
        }
    }

    /** Returns the nanoseconds of a request of the job's page and of the list of its builds. */
    private long request(WorkflowJob job) throws IOException {
        long start = System.nanoTime();
        for (String part : List.of("", "buildHistory/ajax")) {
            HttpURLConnection connection =
                    (HttpURLConnection) new URL(jenkins.getURL(), job.getUrl() + part).openConnection();
            assertEquals(200, connection.getResponseCode(), part);
            connection.getInputStream().readAllBytes();
        }
        return System.nanoTime() - start;
    }

    private static void print(String name, List<Long> without, List<Long> with) {
        double plain = median(without) / 1e9;
        double images = median(with) / 1e9;
        System.out.printf(Locale.ROOT, "| %s | %.3f s | %.3f s | %.2f |%n", name, plain, images, images / plain);
    }

    private static long median(List<Long> values) {
        List<Long> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }
}
