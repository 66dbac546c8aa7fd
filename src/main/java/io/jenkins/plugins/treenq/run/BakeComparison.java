// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.buildkit.inputs.BuildInputs;
import io.jenkins.plugins.treenq.buildkit.inputs.FolderHashes;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Finds the targets of a bake whose images exist and have the same inputs. The inputs of a target include those of the
 * targets whose results it uses.
 */
final class BakeComparison {
    private static final int MOST_AT_ONCE = 10;

    private final CompletableFuture<Map<String, String>> daemon;
    private final SortedMap<String, BakeCallable.Target> targets;
    private final RegistryConnections connections;
    private final Map<String, CompletableFuture<InputComparison>> comparisons = new HashMap<>();

    /** Each comparison reads files and asks registries. */
    private final ConcurrencyLimit limit = new ConcurrencyLimit(MOST_AT_ONCE);

    private final FolderHashes folders = new FolderHashes();

    /** @param connections connection settings of registries, with the logins of proxies */
    BakeComparison(
            BuildkitClient client, SortedMap<String, BakeCallable.Target> targets, RegistryConnections connections) {
        daemon = Async.call(Async.BLOCKING, () -> InputComparison.daemon(client));
        this.targets = targets;
        this.connections = connections;
    }

    /** Compares the targets, and returns the existing images of those that have not changed. */
    CompletableFuture<SortedMap<String, ImageDescription>> unchanged() {
        targets.forEach((name, target) -> {
            if (!target.part().tags().isEmpty()) {
                comparison(name);
            }
        });
        CompletableFuture<SortedMap<String, ImageDescription>> unchanged =
                Async.then(Async.all(comparisons.values()), compared -> CompletableFuture.completedFuture(images()));
        Async.cancelWith(unchanged, daemon::cancel);
        return unchanged;
    }

    private CompletableFuture<InputComparison> comparison(String name) {
        CompletableFuture<InputComparison> begun = comparisons.get(name);
        if (begun != null) {
            return begun;
        }
        BakeCallable.Target target = targets.get(name);
        Map<String, CompletableFuture<InputComparison>> used = new HashMap<>();
        target.part().input().build().links().forEach((context, other) -> used.put(context, comparison(other)));
        CompletableFuture<InputComparison> comparison = Async.then(
                // Other comparisons use the same parts, so that canceling this one must not cancel them.
                CompletableFuture.allOf(
                        daemon, CompletableFuture.allOf(used.values().toArray(CompletableFuture[]::new))),
                compared -> limit.run(() -> Async.call(
                        Async.BLOCKING,
                        () -> InputComparison.of(
                                daemon.join(),
                                target.prepared().request(),
                                target.prepared().content(),
                                target.prepared().console(),
                                target.part().tags(),
                                connections,
                                inputs(used),
                                folders))));
        comparisons.put(name, comparison);
        return comparison;
    }

    private static Map<String, BuildInputs> inputs(Map<String, CompletableFuture<InputComparison>> used) {
        Map<String, BuildInputs> inputs = new HashMap<>();
        used.forEach(
                (context, comparison) -> inputs.put(context, comparison.join().inputs()));
        return inputs;
    }

    private SortedMap<String, ImageDescription> images() {
        SortedMap<String, ImageDescription> images = new TreeMap<>();
        comparisons.forEach(
                (name, comparison) -> comparison.join().unchanged().ifPresent(image -> images.put(name, image)));
        return images;
    }

    /**
     * Returns the targets that are built: those that were asked for and have changed, and those whose results they use.
     * The latter are built without outputs if their images exist.
     */
    SortedMap<String, BakeCallable.Target> changed() {
        SortedMap<String, ImageDescription> unchanged = images();
        Deque<String> open = new ArrayDeque<>();
        targets.forEach((name, target) -> {
            if (target.part().wanted() && !unchanged.containsKey(name)) {
                open.add(name);
            }
        });
        SortedMap<String, BakeCallable.Target> changed = new TreeMap<>();
        while (!open.isEmpty()) {
            String name = open.remove();
            BakeCallable.Target target = targets.get(name);
            if (changed.put(name, changed(name, target, unchanged.containsKey(name))) == null) {
                open.addAll(target.part().input().build().links().values());
            }
        }
        return changed;
    }

    private BakeCallable.Target changed(String name, BakeCallable.Target target, boolean unchanged) {
        CompletableFuture<InputComparison> comparison = comparisons.get(name);
        BuildRequest request = target.prepared().request();
        if (comparison == null) {
            return target;
        }
        InputComparison compared = comparison.join();
        BuildRequest used = unchanged
                ? compared.usedIn(request).withoutResults()
                : target.part().tags().isEmpty() ? compared.usedIn(request) : compared.recordedIn(request);
        return target.with(used, compared.sentIn(target.prepared().content()));
    }
}
