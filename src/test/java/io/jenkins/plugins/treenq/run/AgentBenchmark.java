// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.model.Node;
import hudson.model.Slave;
import hudson.slaves.DumbSlave;
import hudson.slaves.JNLPLauncher;
import hudson.slaves.SlaveComputer;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/**
 * Measures the first build on agents that have never seen the plugin, for {@code buildkit/bench agent}. Each run starts
 * the agent's JVM anew, with an empty folder. This is not a test: it asserts nothing about time.
 */
@WithJenkins
class AgentBenchmark {
    private static final int RUNS = Integer.parseInt(System.getenv().getOrDefault("TREENQ_BENCH_RUNS", "5"));
    private static final Duration ROUND_TRIP = Duration.ofMillis(20);
    private static final double BYTES_PER_SECOND = 100e6 / 8;
    private static final Pattern TOOK = Pattern.compile("TOOK (\\d+)");

    private static final String SCRIPT = """
            writeFile file: 'Dockerfile', text: 'FROM busybox\\nRUN true\\nCOPY Dockerfile /\\n'
            for (int i = 0; i < %d; i++) {
                long start = System.currentTimeMillis()
                treenqBuild()
                echo "TOOK ${System.currentTimeMillis() - start}"
            }
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    private JenkinsRule jenkins;
    private int agents;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        Configured.with(Daemon.first());
    }

    @Test
    void firstBuilds() throws Exception {
        int port = jenkins.getURL().getPort();
        // The first one fills the daemon's cache, and loads the controller's own classes.
        times(port, Duration.ZERO, 1);
        try (SlowLink link = new SlowLink(port, ROUND_TRIP, BYTES_PER_SECOND)) {
            measure("first build, new agent on the same machine", port, Duration.ZERO);
            measure("first build, new agent, 20 ms and 100 Mbit/s", link.port(), Duration.ZERO);
            measure("the same, connected 10 s before", link.port(), Duration.ofSeconds(10));
        }
        List<Long> warm = times(port, Duration.ZERO, 60);
        print("step, no changes, warm agent (median of 50)", warm.subList(10, 60));
    }

    private void measure(String name, int port, Duration wait) throws Exception {
        List<Long> first = new ArrayList<>();
        for (int run = 0; run < RUNS; run++) {
            first.addAll(times(port, wait, 1));
        }
        print(name, first);
    }

    private static void print(String name, List<Long> millis) {
        List<Long> sorted = new ArrayList<>(millis);
        Collections.sort(sorted);
        System.out.printf(
                Locale.ROOT,
                "| %s | %.2f s | %.2f s | %.2f s |%n",
                name,
                sorted.get(sorted.size() / 2) / 1e3,
                sorted.get(0) / 1e3,
                sorted.get(sorted.size() - 1) / 1e3);
    }

    /** Returns the durations of the builds of one run on a new agent. */
    private List<Long> times(int port, Duration wait, int builds) throws Exception {
        String name = "agent-" + ++agents;
        Path work = Files.createDirectory(folder.resolve(name));
        DumbSlave node = new DumbSlave(name, work.toString(), new JNLPLauncher(true));
        node.setLabelString(name);
        node.setMode(Node.Mode.EXCLUSIVE);
        jenkins.jenkins.addNode(node);
        Process agent = launch(node, port, work);
        try {
            jenkins.waitOnline(node);
            Thread.sleep(wait.toMillis());
            WorkflowRun run = jenkins.buildAndAssertSuccess(new Pipelines(jenkins).job(SCRIPT.formatted(builds), name));
            List<Long> times = new ArrayList<>();
            Matcher took = TOOK.matcher(jenkins.getLog(run));
            while (took.find()) {
                times.add(Long.parseLong(took.group(1)));
            }
            return times;
        } finally {
            agent.destroy();
            agent.waitFor();
            jenkins.jenkins.removeNode(node);
        }
    }

    private Process launch(Slave node, int port, Path work) throws Exception {
        File jar = new File(folder.toFile(), "agent.jar");
        if (!jar.exists()) {
            Files.write(jar.toPath(), new Slave.JnlpJar("agent.jar").readFully());
        }
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        jar.toString(),
                        "-url",
                        "http://127.0.0.1:" + port + jenkins.contextPath + "/",
                        "-name",
                        node.getNodeName(),
                        "-secret",
                        ((SlaveComputer) node.toComputer()).getJnlpMac(),
                        "-webSocket",
                        "-workDir",
                        work.toString())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("agent.log").toFile())
                .start();
    }
}
