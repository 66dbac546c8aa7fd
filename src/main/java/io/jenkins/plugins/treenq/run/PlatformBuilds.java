// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.ImageContent;
import io.jenkins.plugins.treenq.buildkit.ImageDigests;
import io.jenkins.plugins.treenq.buildkit.client.MetadataFile;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * Builds an image of several platforms on several builders at the same time. The parts are pushed by digest; when all
 * of them are pushed, they become one image with the tags.
 */
final class PlatformBuilds {
    private final ImageOrder order;
    private final Run<?, ?> run;
    private final TaskListener listener;
    private final ConsoleMask mask;

    /** The platforms that each builder builds, by the builder's name. */
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

    /** Builds all parts. If one part fails, the other parts are canceled and no tag is set. */
    CompletableFuture<FinishedBuild> start(@CheckForNull FilePath folder, @CheckForNull EnvVars env) {
        try {
            new RegistryImages(run, listener).requireAllowed(order.build().tags());
        } catch (AbortException e) {
            return CompletableFuture.failedFuture(e);
        }
        Instant begin = Instant.now();
        List<CompletableFuture<FinishedBuild>> parts = new ArrayList<>();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        platforms.forEach((builder, some) ->
                parts.add(new ImageBuild(order.part(some, builder), run, prefixed(some), mask).buildPart(folder, env)));
        CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenRun(() -> ended.complete(null));
        for (CompletableFuture<FinishedBuild> part : parts) {
            part.whenComplete((build, failure) -> {
                if (failure != null) {
                    ended.completeExceptionally(failure);
                }
            });
            ended.whenComplete((nothing, failure) -> part.cancel(true));
        }
        return Async.then(
                ended,
                nothing -> Async.call(
                        Async.BLOCKING,
                        () -> assembled(
                                parts.stream().map(CompletableFuture::join).toList(), begin)));
    }

    private FinishedBuild assembled(List<FinishedBuild> parts, Instant begin) throws IOException, InterruptedException {
        List<Digest> digests = new ArrayList<>();
        for (FinishedBuild part : parts) {
            digests.add(part.result()
                    .digest()
                    .orElseThrow(() -> new AbortException("the image of one of the platforms has no digest")));
        }
        Digest digest = new RegistryImages(run, listener).assemble(order.build(), digests, order.credentialsId());
        ImageDigests image = new ImageDigests(digest, null);
        BuildResult result = new BuildResult(
                order.build().request().ref(),
                image,
                MetadataFile.of(image, order.build().names()).values(),
                Duration.between(begin, Instant.now()));
        return new FinishedBuild(result, sizeBytes(parts), content(parts));
    }

    private static ImageContent content(List<FinishedBuild> parts) {
        return new ImageContent(parts.stream()
                .map(FinishedBuild::content)
                .filter(Objects::nonNull)
                .flatMap(content -> content.variants().stream())
                .toList());
    }

    /**
     * Returns the sum of the parts' sizes, because images of different platforms share no layers; 0 if the size of a
     * part is unknown.
     */
    private static long sizeBytes(List<FinishedBuild> parts) {
        return parts.stream().anyMatch(part -> part.sizeBytes() == 0)
                ? 0
                : parts.stream().mapToLong(FinishedBuild::sizeBytes).sum();
    }

    /** Returns a listener that prints the platforms at the beginning of each line. */
    private TaskListener prefixed(List<String> some) {
        return new PrefixedListener(listener, "[" + String.join(",", some) + "] ");
    }
}
