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
import io.jenkins.plugins.treenq.buildkit.ExportedImage;
import io.jenkins.plugins.treenq.buildkit.ImageContent;
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
 * An image of several platforms, each built on a builder that is for it, all at once. The parts are pushed by digest;
 * when all are there, they become one image under the tags.
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
                parts.add(new ImageBuild(order.part(some, builder), run, prefixed(some), mask).part(folder, env)));
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
                        Async.ASKING,
                        () -> assembled(
                                parts.stream().map(CompletableFuture::join).toList(), begin)));
    }

    private FinishedBuild assembled(List<FinishedBuild> parts, Instant begin) throws IOException, InterruptedException {
        List<Digest> digests = new ArrayList<>();
        for (FinishedBuild part : parts) {
            digests.add(
                    part.result().digest().orElseThrow(() -> new AbortException("a part of the image has no digest")));
        }
        Digest digest = new RegistryImages(run, listener).assemble(order.build(), digests, order.credentialsId());
        ExportedImage image = new ExportedImage(digest, null);
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

    /** Those of several platforms have no layers in common. */
    private static long sizeBytes(List<FinishedBuild> parts) {
        return parts.stream().anyMatch(part -> part.sizeBytes() == 0)
                ? 0
                : parts.stream().mapToLong(FinishedBuild::sizeBytes).sum();
    }

    /** Each line of the log says which platforms it is about. */
    private TaskListener prefixed(List<String> some) {
        return new PrefixedListener(listener, "[" + String.join(",", some) + "] ");
    }
}
