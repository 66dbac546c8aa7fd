// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Not more than a number of targets are built at a time, each one after those that it uses. */
class TargetQueueTest {
    private static final SessionContent NOTHING = new SessionContent(
            Map.of(), RegistryLogins.NONE, Secrets.NONE, Map.of(), Map.of(), Map.of(), Map.of(), "", null);

    private final SortedMap<String, PreparedTarget> targets = new TreeMap<>();
    private final List<String> started = new ArrayList<>();
    private final Map<String, CompletableFuture<String>> works = new HashMap<>();

    private void target(String name, String... uses) {
        Map<String, String> options = new HashMap<>();
        for (String used : uses) {
            options.put("context:" + used, "target:" + used);
        }
        targets.put(name, new PreparedTarget(BuildRequest.builder().build().withOptions(options), NOTHING, ""));
    }

    private TargetQueue<String> queue(TargetLinks links, int most) {
        Map<String, Supplier<CompletableFuture<String>>> suppliers = new TreeMap<>();
        targets.keySet()
                .forEach(name -> suppliers.put(name, () -> {
                    started.add(name);
                    return works.computeIfAbsent(name, none -> new CompletableFuture<>());
                }));
        return new TargetQueue<>(links, most, suppliers);
    }

    @Test
    void theNextTargetIsStartedWhenOneHasEnded() throws Exception {
        for (String name : List.of("a", "b", "c", "d")) {
            target(name);
        }
        TargetQueue<String> queue = queue(new TargetLinks(targets), 2);
        queue.start();
        assertEquals(List.of("a", "b"), started);
        works.get("b").complete("done");
        assertEquals(List.of("a", "b", "c"), started);
        works.get("a").completeExceptionally(new IllegalStateException("broken"));
        assertEquals(List.of("a", "b", "c", "d"), started);
        assertEquals("done", queue.results().get("b").join());
        assertTrue(queue.results().get("a").isCompletedExceptionally());
        assertFalse(queue.results().get("c").isDone());
    }

    @Test
    void aTargetThatCannotBeStartedEndsAndTheOthersAreStarted() throws Exception {
        target("a");
        target("b");
        Error broken = new LinkageError("a class cannot be loaded");
        TargetQueue<String> queue = new TargetQueue<>(
                new TargetLinks(targets),
                1,
                Map.of(
                        "a",
                        () -> {
                            throw broken;
                        },
                        "b",
                        () -> CompletableFuture.completedFuture("done")));
        queue.start();
        assertEquals("done", queue.results().get("b").join());
        ExecutionException failure = assertThrows(
                ExecutionException.class, () -> queue.results().get("a").get());
        assertSame(broken, failure.getCause());
    }

    /** Linked targets are close to each other, so that those which only wait for others are few. */
    @Test
    void aTargetThatWaitsForItsDependentsDoesNotCount() throws Exception {
        target("base-a");
        target("base-b");
        target("top-1", "base-b");
        target("top-2", "base-a", "top-1");
        target("zero");
        TargetLinks links = new TargetLinks(targets);
        TargetQueue<String> queue = queue(links, 1);
        queue.start();
        assertEquals(List.of("base-a"), started);
        CompletableFuture<Void> ended = links.execute("base-a", null, () -> CompletableFuture.completedFuture(null));
        // It was executed, although its dependent was not started; and it stays until that one was executed, too.
        assertEquals(List.of("base-a", "base-b"), started);
        assertFalse(ended.isDone());
        links.execute("base-b", null, () -> CompletableFuture.completedFuture(null));
        links.execute("top-1", null, () -> CompletableFuture.completedFuture(null));
        assertEquals(List.of("base-a", "base-b", "top-1", "top-2"), started);
        links.execute("top-2", null, () -> CompletableFuture.completedFuture(null));
        assertTrue(ended.isDone());
        // Nothing waits for it, but it has still to be exported.
        assertEquals(List.of("base-a", "base-b", "top-1", "top-2"), started);
        works.get("top-2").complete("");
        assertEquals(List.of("base-a", "base-b", "top-1", "top-2", "zero"), started);
        works.get("base-a").complete("");
        works.get("zero").complete("");
        assertEquals("", queue.results().get("zero").join());
    }

    /** As in buildx, which starts all at once: an import of a dependent's cache could be too late otherwise. */
    @Test
    void aTargetIsExecutedAfterTheDependentsThatAreStartedWithItHaveAnswered() throws Exception {
        target("base");
        target("top", "base");
        TargetLinks links = new TargetLinks(targets);
        queue(links, 2).start();
        List<String> executed = new ArrayList<>();
        links.execute("base", null, () -> {
            executed.add("base");
            return CompletableFuture.completedFuture(null);
        });
        assertEquals(List.of(), executed);
        links.execute("top", null, () -> CompletableFuture.completedFuture(null));
        assertEquals(List.of("base"), executed);
    }

    @Test
    void aCancelledQueueStartsNothing() throws Exception {
        target("a");
        target("b");
        TargetQueue<String> queue = queue(new TargetLinks(targets), 1);
        queue.start();
        queue.cancel();
        ExecutionException failure = assertThrows(
                ExecutionException.class, () -> queue.results().get("b").get());
        assertInstanceOf(BuildkitException.BuildCancelledException.class, failure.getCause());
        assertFalse(queue.results().get("a").isDone());
        works.get("a").complete("done");
        assertEquals(List.of("a"), started);
        assertEquals("done", queue.results().get("a").join());
    }

    @Test
    void manyTargetsThatEndAtOnceNeedNoDeepStack() throws Exception {
        for (int i = 0; i < 20_000; i++) {
            target("t" + i);
            works.put("t" + i, CompletableFuture.completedFuture("done"));
        }
        TargetQueue<String> queue = queue(new TargetLinks(targets), 1);
        queue.start();
        assertEquals(20_000, started.size());
        assertTrue(queue.results().values().stream().allMatch(CompletableFuture::isDone));
    }
}
