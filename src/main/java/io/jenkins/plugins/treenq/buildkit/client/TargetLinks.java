// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.gateway.FrontendInputs;
import io.jenkins.plugins.treenq.buildkit.gateway.FrontendResult;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The links between the targets of a bake, and what linked targets wait for ({@code linkedTargetState} in buildx'
 * {@code build/build.go}):
 *
 * <ol>
 *   <li>The frontend of a target runs after the frontends of the targets that it uses have answered.
 *   <li>The steps of a target are executed after all frontends of its dependents have answered, and after the steps of
 *       the targets that it uses. Until then, a dependent's import of a cache could be too late. In a bake that has
 *       more targets than are built at once, dependents that are not started yet are not waited for.
 *   <li>A target ends after its dependents have been executed, because its steps may need files of its session.
 * </ol>
 */
final class TargetLinks {
    private static final String CONTEXT = "context:";
    private static final String TARGET = "target:";

    private final Map<String, Target> targets = new HashMap<>();

    /** One target with the targets that it uses, and its dependents, which use it. */
    private static final class Target {
        final Set<String> uses = new LinkedHashSet<>();
        final Set<String> dependents = new LinkedHashSet<>();
        volatile boolean started;
        final CompletableFuture<FrontendResult> answered = new CompletableFuture<>();
        final CompletableFuture<Void> executed = new CompletableFuture<>();
        final CompletableFuture<Void> ended = new CompletableFuture<>();
    }

    /**
     * @param prepared the targets by name
     * @throws BuildkitException.InvalidRequestException if a target uses one that is missing, or itself
     */
    TargetLinks(SortedMap<String, PreparedTarget> prepared) throws BuildkitException.InvalidRequestException {
        prepared.keySet().forEach(name -> targets.put(name, new Target()));
        for (Map.Entry<String, PreparedTarget> target : prepared.entrySet()) {
            for (Map.Entry<String, String> link :
                    of(target.getValue().request()).entrySet()) {
                Target used = targets.get(link.getValue());
                if (used == null) {
                    throw new BuildkitException.InvalidRequestException(
                            "the context '" + link.getKey() + "' of target '"
                                    + target.getKey() + "' is the result of target '" + link.getValue()
                                    + "', which is not built");
                }
                targets.get(target.getKey()).uses.add(link.getValue());
                // A target that is not built resolves the others itself, so they need not wait for it.
                if (target.getValue().subrequest().isEmpty()) {
                    used.dependents.add(target.getKey());
                }
            }
        }
        Set<String> checked = new LinkedHashSet<>();
        for (String name : prepared.keySet()) {
            requireNoCircle(name, new LinkedHashSet<>(), checked);
        }
    }

    private void requireNoCircle(String name, Set<String> path, Set<String> checked)
            throws BuildkitException.InvalidRequestException {
        if (!path.add(name)) {
            throw new BuildkitException.InvalidRequestException(
                    "the targets " + String.join(", ", path) + " use each other's results");
        }
        if (checked.add(name)) {
            for (String used : targets.get(name).uses) {
                requireNoCircle(used, path, checked);
            }
        }
        path.remove(name);
    }

    /** Returns the names of the targets that a request uses, by the names of the contexts. */
    static Map<String, String> of(BuildRequest request) {
        Map<String, String> links = new TreeMap<>();
        request.options().forEach((key, value) -> {
            if (key.startsWith(CONTEXT) && isTarget(value)) {
                links.put(key.substring(CONTEXT.length()), name(value));
            }
        });
        return links;
    }

    /** Returns whether the value of a named context is the result of a target. */
    static boolean isTarget(String context) {
        return context.startsWith(TARGET);
    }

    /** Returns the name of the target whose result a named context is. */
    static String name(String context) {
        return context.substring(TARGET.length());
    }

    /** Returns the targets that this one uses. */
    Set<String> uses(String target) {
        return targets.get(target).uses;
    }

    /** Returns the targets that this one uses, and those that they use. */
    Set<String> allUses(String target) {
        Set<String> all = new LinkedHashSet<>();
        targets.get(target).uses.forEach(used -> addOrdered(used, all));
        return all;
    }

    /**
     * Orders targets so that each one comes after those that it uses, and linked ones are as close to each other as
     * possible.
     */
    List<String> ordered(Collection<String> names) {
        Set<String> ordered = new LinkedHashSet<>();
        names.stream()
                .filter(name -> targets.get(name).dependents.isEmpty())
                .forEach(name -> addOrdered(name, ordered));
        names.forEach(name -> addOrdered(name, ordered));
        ordered.retainAll(Set.copyOf(names));
        return List.copyOf(ordered);
    }

    private void addOrdered(String name, Set<String> ordered) {
        if (!ordered.contains(name)) {
            targets.get(name).uses.forEach(used -> addOrdered(used, ordered));
            ordered.add(name);
        }
    }

    /** Lets targets wait for the answer of the frontend of this one, if it uses them. */
    void started(String name) {
        targets.get(name).started = true;
    }

    /** Returns what completes when a target only waits for its dependents; it never does if the target has none. */
    CompletableFuture<Void> waiting(String name) {
        Target target = targets.get(name);
        return target.dependents.isEmpty() ? new CompletableFuture<>() : target.executed;
    }

    boolean isLinked(String target) {
        return !targets.get(target).uses.isEmpty()
                || !targets.get(target).dependents.isEmpty();
    }

    /** Returns the inputs of a target, once all targets that it uses have answered. */
    CompletableFuture<FrontendInputs> inputs(String target, BuildRequest request) {
        return all(targets.get(target).uses, used -> used.answered)
                .thenApply(answered ->
                        inputs(request, used -> targets.get(used).answered.join()));
    }

    /** Returns the inputs of a request. */
    static FrontendInputs inputs(BuildRequest request, Function<String, FrontendResult> results) {
        FrontendInputs inputs = new FrontendInputs(request);
        of(request).forEach((context, used) -> results.apply(used).addTo(inputs, CONTEXT + context, used));
        return inputs;
    }

    /**
     * Lets a target execute its steps in its turn, after its frontend has answered.
     *
     * @return a future after which the target may end
     */
    CompletableFuture<Void> execute(String name, FrontendResult answer, Supplier<CompletableFuture<Void>> execution) {
        Target target = targets.get(name);
        // Only dependents need the answer, which has the whole definition of the result.
        target.answered.complete(target.dependents.isEmpty() ? null : answer);
        List<String> started = target.dependents.stream()
                .filter(dependent -> targets.get(dependent).started)
                .toList();
        return all(started, dependent -> dependent.answered)
                .thenCompose(answered -> all(target.uses, used -> used.executed))
                .thenCompose(ready -> execution.get())
                .thenCompose(executed -> {
                    target.executed.complete(null);
                    return all(target.dependents, dependent -> dependent.ended);
                })
                .thenRun(() -> target.ended.complete(null));
    }

    /** Ends the waiting of others for a target that has failed. */
    void fail(String name) {
        Target target = targets.get(name);
        BuildkitException cancelled = new BuildkitException.BuildCancelledException();
        target.answered.completeExceptionally(cancelled);
        target.executed.completeExceptionally(cancelled);
        target.ended.completeExceptionally(cancelled);
    }

    private CompletableFuture<Void> all(Collection<String> names, Function<Target, CompletableFuture<?>> stage) {
        return CompletableFuture.allOf(
                names.stream().map(name -> stage.apply(targets.get(name))).toArray(CompletableFuture[]::new));
    }
}
