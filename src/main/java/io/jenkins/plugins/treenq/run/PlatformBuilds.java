// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.console.LineTransformationOutputStream;
import hudson.model.Computer;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.StreamTaskListener;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Future;

/**
 * An image of several platforms, each built on a builder that is for it, all at once. The parts are pushed by digest; when
 * all are there, they become one image under the tags.
 */
final class PlatformBuilds {
    private final ImageOrder order;
    private final Run<?, ?> run;
    private final TaskListener listener;
    private final ConsoleMask mask;

    /** Of builders. */
    private final Map<String, List<String>> platforms;

    PlatformBuilds(
            ImageOrder order,
            Run<?, ?> run,
            TaskListener listener,
            ConsoleMask mask,
            Map<String, List<String>> platforms) {
        this.order = order;
        this.run = run;
        this.listener = listener;
        this.mask = mask;
        this.platforms = platforms;
    }

    /** The first failure ends the other parts, and nothing is tagged. */
    FinishedBuild perform(@CheckForNull FilePath folder, @CheckForNull EnvVars env)
            throws IOException, InterruptedException {
        Instant begin = Instant.now();
        List<Future<FinishedBuild>> parts = new ArrayList<>();
        CompletionService<FinishedBuild> ended = new ExecutorCompletionService<>(Computer.threadPoolForRemoting);
        try {
            platforms.forEach((builder, some) -> parts.add(ended.submit(() ->
                    new ImageBuild(order.part(some, builder), run, prefixed(some), mask).part(folder, env))));
            for (int i = 0; i < parts.size(); i++) {
                Awaited.get(ended.take());
            }
            Digest digest = new RegistryImages(run, listener)
                    .assemble(order.build(), digests(parts), order.credentialsId());
            BuildResult result = new BuildResult(
                    order.build().request().ref(),
                    Map.of("containerimage.digest", digest.value(), "image.name", String.join(",", order.build().names())),
                    Duration.between(begin, Instant.now()));
            return new FinishedBuild(result, sizeBytes(parts));
        } finally {
            parts.forEach(part -> part.cancel(true));
        }
    }

    private static List<Digest> digests(List<Future<FinishedBuild>> parts) throws IOException, InterruptedException {
        List<Digest> digests = new ArrayList<>();
        for (Future<FinishedBuild> part : parts) {
            digests.add(Awaited.get(part).result().digest().orElseThrow());
        }
        return digests;
    }

    /** Those of several platforms have no layers in common. */
    private static long sizeBytes(List<Future<FinishedBuild>> parts) throws IOException, InterruptedException {
        long sum = 0;
        for (Future<FinishedBuild> part : parts) {
            long size = Awaited.get(part).sizeBytes();
            if (size == 0) {
                return 0;
            }
            sum += size;
        }
        return sum;
    }

    /** Each line of the log says which platforms it is about. */
    private TaskListener prefixed(List<String> some) {
        byte[] prefix = ("[" + String.join(",", some) + "] ").getBytes(StandardCharsets.UTF_8);
        OutputStream log = listener.getLogger();
        return new StreamTaskListener(
                new LineTransformationOutputStream() {
                    @Override
                    protected void eol(byte[] line, int length) throws IOException {
                        byte[] whole = new byte[prefix.length + length];
                        System.arraycopy(prefix, 0, whole, 0, prefix.length);
                        System.arraycopy(line, 0, whole, prefix.length, length);
                        // At once, so that lines of several parts do not mix.
                        log.write(whole);
                    }

                    @Override
                    public void flush() throws IOException {
                        log.flush();
                    }
                },
                StandardCharsets.UTF_8);
    }
}
