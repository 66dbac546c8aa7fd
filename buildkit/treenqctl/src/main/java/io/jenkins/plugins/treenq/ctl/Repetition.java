// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.TargetFailedException;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options for several builds in one process, with which the build time in a warmed-up JVM can be measured. */
final class Repetition {
    @Option(names = "--repeat", description = "repeat the build and print the duration of each in seconds")
    private int times = 1;

    @Option(names = "--parallel", description = "number of concurrent builds, each repeated according to --repeat")
    private int parallel = 1;

    @Option(names = "--on-enter", description = "wait for a line of input before each build")
    private boolean onEnter;

    @Option(
            names = "--reconnect",
            description = "connect for each build, as builds of different jobs do, and include that in the duration")
    private boolean reconnect;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    private final AtomicInteger builds = new AtomicInteger();

    /** Builds once, an image or a bake, and returns the duration. */
    @FunctionalInterface
    interface Build {
        Duration run() throws BuildkitException, TargetFailedException, InterruptedException, IOException;
    }

    /** Whether builds run concurrently, in which case their logs are mixed. */
    boolean isParallel() {
        return parallel > 1;
    }

    /** Whether each build connects by itself. */
    boolean reconnects() {
        return reconnect;
    }

    void of(Build build) throws BuildkitException, TargetFailedException, InterruptedException, IOException {
        if (parallel == 1) {
            repeat(build);
            return;
        }
        ExecutorService threads = Executors.newFixedThreadPool(parallel);
        try {
            CompletionService<Void> running = new ExecutorCompletionService<>(threads);
            for (int i = 0; i < parallel; i++) {
                running.submit(() -> {
                    repeat(build);
                    return null;
                });
            }
            for (int i = 0; i < parallel; i++) {
                running.take().get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            if (e.getCause() instanceof TargetFailedException failure) {
                throw failure;
            }
            throw FutureOutcome.failure(e, BuildkitException.class);
        } finally {
            // The first failure or an interrupt cancels the other builds.
            threads.shutdownNow();
        }
    }

    private void repeat(Build build)
            throws BuildkitException, TargetFailedException, InterruptedException, IOException {
        for (int i = 0; i < times; i++) {
            if (onEnter) {
                awaitEnter();
            }
            Duration time = build.run();
            if (times > 1 || parallel > 1) {
                PrintWriter err = command.commandLine().getErr();
                err.printf(Locale.ROOT, "build %d: %.3f s%n", builds.incrementAndGet(), time.toNanos() / 1e9);
                err.flush();
            }
        }
    }

    private static void awaitEnter() throws IOException {
        for (int read = 0; read != '\n'; ) {
            read = System.in.read();
            if (read < 0) {
                throw new IOException("the input ended before the last build");
            }
        }
    }
}
