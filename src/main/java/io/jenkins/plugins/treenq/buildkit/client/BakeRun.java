// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.gateway.FrontendAnswer;
import io.jenkins.plugins.treenq.buildkit.gateway.Subrequest;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.buildkit.solve.DaemonBuild;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * The builds of the targets of one bake, over one connection to one daemon. Each target is a build like any other, with
 * a ref, a session, a listener and a result of its own. A target without links to others is built as
 * {@link BuildkitClient#begin} builds it.
 *
 * <p>This class adds what the targets have in common:
 *
 * <ul>
 *   <li>A context that is the result of another target is passed on within the daemon, without a registry, as buildx
 *       does it ({@code waitContextDeps} in {@code build/build.go}). The build waits for the other target until its
 *       frontend has answered. The other target ends after all that use it have been built.
 *   <li>A folder that several targets use is sent in one session that they share, so that the daemon fetches it once.
 *   <li>{@link #together}: the failure of one target cancels the others.
 * </ul>
 *
 * <p>All targets without a subrequest must be begun, because those that are linked to each other wait for each other.
 * The order does not matter.
 */
public final class BakeRun implements AutoCloseable {
    private final BuildkitClient client;
    private final SortedMap<String, PreparedTarget> targets;
    private final TargetLinks links;
    private final SharedFolders folders;
    private final List<RunningBuild> builds = new ArrayList<>();
    private boolean cancelled;

    private BakeRun(
            BuildkitClient client,
            SortedMap<String, PreparedTarget> targets,
            TargetLinks links,
            SharedFolders folders) {
        this.client = client;
        this.targets = targets;
        this.links = links;
        this.folders = folders;
    }

    /**
     * Prepares the builds. Nothing is built yet.
     *
     * @param client a client whose daemon has answered: from {@link BuildkitClient#connect} or
     *     {@link BuildkitClient#connectLater}, not from {@code connectForBuild}. The caller closes it after this object
     * @param targets the targets by name
     * @param sharedKey key from which the keys are made under which the daemon keeps the folders that several targets
     *     use for the next bake; see {@link io.jenkins.plugins.treenq.buildkit.session.SessionContent#sharedKey}
     * @throws BuildkitException.InvalidRequestException if a target is linked to one that is missing, or targets are
     *     linked in a circle
     */
    public static BakeRun open(BuildkitClient client, Map<String, PreparedTarget> targets, String sharedKey)
            throws BuildkitException.InvalidRequestException {
        SortedMap<String, PreparedTarget> sorted = new TreeMap<>(targets);
        TargetLinks links = new TargetLinks(sorted);
        SharedFolders folders = SharedFolders.open(
                client, sorted.values().stream().map(PreparedTarget::content).toList(), sharedKey);
        return new BakeRun(client, sorted, links, folders);
    }

    /**
     * Starts the build of a target, without blocking a thread.
     *
     * @param listener receives the events of this target only; see {@link BuildkitClient#begin}. Listeners of several
     *     targets are called at the same time
     */
    public RunningBuild begin(String target, BuildListener listener) throws BuildkitException.InvalidRequestException {
        return begin(target, targets.get(target).request(), listener);
    }

    /**
     * Starts the build of a target again, such as after a push that broke off.
     *
     * @param request the target's request, with another ref
     */
    public RunningBuild begin(String target, BuildRequest request, BuildListener listener)
            throws BuildkitException.InvalidRequestException {
        SessionContent content = targets.get(target).content();
        RunningBuild build = client.begin(
                request.withOptions(folders.options(content)),
                content,
                listener,
                folders.sessions(content),
                (sent, session) -> start(target, sent, session, listener));
        build.result().whenComplete((built, failure) -> {
            if (failure != null) {
                links.fail(target);
            }
        });
        boolean late;
        synchronized (this) {
            builds.add(build);
            late = cancelled;
        }
        if (late) {
            build.cancel();
        }
        return build;
    }

    private DaemonBuild start(String target, BuildRequest request, String session, BuildListener listener)
            throws BuildkitException {
        if (!links.isLinked(target)) {
            return client.solve(request, session, listener);
        }
        return new LinkedBuild(
                links.inputs(target, request),
                inputs -> client.gatewayBuild(
                        inputs, session, listener, (answer, evaluation) -> links.execute(target, answer, evaluation)),
                client.workerPool());
    }

    /**
     * Sends the subrequest of a target to the frontend and waits for the answer, like
     * {@link BuildkitClient#frontendAnswer}. Targets that this one is linked to are resolved, not built.
     *
     * @return the metadata of the frontend's result by key, such as {@code result.json} and {@code result.txt}
     */
    public Map<String, String> answer(String target, BuildListener listener)
            throws BuildkitException, InterruptedException {
        return answer(target, targets.get(target).subrequest(), listener);
    }

    private Map<String, String> answer(String target, String subrequest, BuildListener listener)
            throws BuildkitException, InterruptedException {
        PreparedTarget asked = targets.get(target);
        BuildRequest request = asked.request()
                .withNewRef()
                .withoutResults()
                .withOptions(folders.options(asked.content()))
                .withOptions(Map.of(Subrequest.OPTION, subrequest));
        try (ResolvedTargets resolved = new ResolvedTargets(client, targets, links, folders)) {
            resolved.resolveFor(target);
            return client.frontendAnswer(
                    request, asked.content(), listener, folders.sessions(asked.content()), resolved::inputs);
        }
    }

    /** Runs the frontend's build checks for a target without building it. */
    public Lint check(String target) throws BuildkitException, InterruptedException {
        return FrontendAnswer.lint(answer(target, TargetBuild.LINT, BuildListener.NONE));
    }

    /**
     * Builds all targets that have no subrequest and waits for the results. An interrupt cancels the builds.
     *
     * @param listener returns the listener of a target
     * @return the results by target
     * @throws TargetFailedException the first failure, which has cancelled the other builds
     */
    public SortedMap<String, BuildResult> build(Function<String, BuildListener> listener)
            throws TargetFailedException, InterruptedException {
        Map<String, CompletableFuture<BuildResult>> results = new TreeMap<>();
        targets.forEach((name, target) -> {
            if (target.subrequest().isEmpty()) {
                results.put(name, begun(name, listener.apply(name)));
            }
        });
        CompletableFuture<SortedMap<String, BuildResult>> all = together(results);
        try {
            return FutureOutcome.get(all, TargetFailedException.class);
        } catch (InterruptedException e) {
            cancel();
            // When the result is complete, no further events are sent and no further files are written.
            all.handle((built, failure) -> null).join();
            throw e;
        }
    }

    private CompletableFuture<BuildResult> begun(String target, BuildListener listener) {
        try {
            return begin(target, listener).result();
        } catch (BuildkitException e) {
            links.fail(target);
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Combines the outcomes of all targets. The first failure cancels all builds; the future then fails with a
     * {@link TargetFailedException} that names the target, after all others have ended, too. If the future is
     * cancelled, all builds are cancelled.
     *
     * @param outcomes what the caller makes of {@link RunningBuild#result}, by target. Each of them must complete when
     *     its build is cancelled
     * @return the values by target
     */
    public <T> CompletableFuture<SortedMap<String, T>> together(Map<String, CompletableFuture<T>> outcomes) {
        Queue<TargetFailedException> failures = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<T>> followed = new ArrayList<>();
        outcomes.forEach((target, outcome) -> followed.add(outcome.whenComplete((value, failure) -> {
            if (failure != null) {
                failures.add(new TargetFailedException(target, FutureOutcome.cause(failure)));
                cancel();
            }
        })));
        CompletableFuture<SortedMap<String, T>> all = CompletableFuture.allOf(
                        followed.toArray(CompletableFuture[]::new))
                .handle((done, failure) -> failure == null)
                .thenCompose(successful -> successful
                        ? CompletableFuture.completedFuture(values(outcomes))
                        : CompletableFuture.failedFuture(first(failures)));
        all.whenComplete((values, failure) -> {
            if (failure != null) {
                cancel();
            }
        });
        return all;
    }

    private static <T> SortedMap<String, T> values(Map<String, CompletableFuture<T>> outcomes) {
        SortedMap<String, T> values = new TreeMap<>();
        outcomes.forEach((target, outcome) -> values.put(target, outcome.join()));
        return values;
    }

    /** Returns the first failure that is not the consequence of another one. */
    private static TargetFailedException first(Collection<TargetFailedException> failures) {
        return failures.stream()
                .filter(failure -> !(failure.getCause() instanceof BuildkitException.BuildCancelledException)
                        && !(failure.getCause() instanceof CancellationException))
                .findFirst()
                .orElseGet(() -> failures.iterator().next());
    }

    /**
     * Cancels all builds in the daemon, those that wait for others, and those that are begun later. Their results
     * complete within about ten seconds; see {@link RunningBuild#cancel}.
     */
    public void cancel() {
        List<RunningBuild> running;
        synchronized (this) {
            cancelled = true;
            running = List.copyOf(builds);
        }
        running.forEach(RunningBuild::cancel);
    }

    /** Cancels what is still running, and closes the shared sessions. */
    @Override
    public void close() {
        cancel();
        folders.close();
    }
}
