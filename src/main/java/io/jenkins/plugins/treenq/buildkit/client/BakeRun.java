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
import io.jenkins.plugins.treenq.buildkit.threads.CancellableWork;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

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
 *   <li>{@link #together}: not more than a number of targets are built at a time, and the failure of one cancels the
 *       others.
 * </ul>
 *
 * <p>All targets without a subrequest must be built, because those that are linked to each other wait for each other.
 */
public final class BakeRun implements AutoCloseable {
    /**
     * How many targets are built at a time. Each of them has a session and several streams. The daemon has a limit of
     * its own for the steps that it executes at a time ({@code max-parallelism}).
     */
    public static final int MOST_AT_ONCE = 50;

    private final BuildkitClient client;
    private final SortedMap<String, PreparedTarget> targets;
    private final TargetLinks links;
    private final SharedFolders folders;
    private final int mostAtOnce;
    private final Set<RunningBuild> builds = new HashSet<>();
    private final Set<CancellableWork<?>> answers = new HashSet<>();
    private TargetQueue<?> queue;
    private boolean cancelled;

    private BakeRun(
            BuildkitClient client,
            SortedMap<String, PreparedTarget> targets,
            TargetLinks links,
            SharedFolders folders,
            int mostAtOnce) {
        this.client = client;
        this.targets = targets;
        this.links = links;
        this.folders = folders;
        this.mostAtOnce = mostAtOnce;
    }

    /**
     * Prepares the builds. Nothing is built yet.
     *
     * @param client a client whose daemon has answered: from {@link BuildkitClient#connect} or
     *     {@link BuildkitClient#connectLater}, not from {@code connectForBuild}. The caller closes it after this object
     * @param targets the targets by name. The daemon keeps the folders of each under a key that is made from the shared
     *     key of its content
     * @param sharedKey key from which the keys are made under which the daemon keeps the folders that several targets
     *     use for the next bake; see {@link io.jenkins.plugins.treenq.buildkit.session.SessionContent#sharedKey}
     * @throws BuildkitException.InvalidRequestException if a target is linked to one that is missing, or targets are
     *     linked in a circle
     */
    public static BakeRun open(BuildkitClient client, Map<String, PreparedTarget> targets, String sharedKey)
            throws BuildkitException.InvalidRequestException {
        return open(client, targets, sharedKey, MOST_AT_ONCE);
    }

    /**
     * Prepares the builds, like {@link #open(BuildkitClient, Map, String)}.
     *
     * @param mostAtOnce how many targets are built at a time
     */
    public static BakeRun open(
            BuildkitClient client, Map<String, PreparedTarget> targets, String sharedKey, int mostAtOnce)
            throws BuildkitException.InvalidRequestException {
        SortedMap<String, PreparedTarget> sorted = new TreeMap<>();
        targets.forEach(
                (name, target) -> sorted.put(name, target.with(SharedFolders.withOwnKey(name, target.content()))));
        TargetLinks links = new TargetLinks(sorted);
        SharedFolders folders = new SharedFolders(
                client, sorted.values().stream().map(PreparedTarget::content).toList(), sharedKey);
        return new BakeRun(client, sorted, links, folders, mostAtOnce);
    }

    /** Returns what the session of a target contains, and the sessions of the targets that it uses. */
    private List<SessionContent> contents(String target) {
        return Stream.concat(Stream.of(target), links.allUses(target).stream())
                .map(name -> targets.get(name).content())
                .toList();
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
        Map<String, String> options = folders.options(content);
        RunningBuild build = client.begin(
                request.withOptions(options),
                content,
                listener,
                folders.sessions(content),
                (sent, session) -> start(target, sent, session, listener));
        boolean late;
        synchronized (this) {
            builds.add(build);
            late = cancelled;
        }
        build.result().whenComplete((built, failure) -> {
            synchronized (this) {
                builds.remove(build);
            }
            if (failure != null) {
                links.fail(target);
            }
        });
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
     * @throws BuildkitException.BuildCancelledException if the bake is cancelled before the answer
     */
    public Map<String, String> answer(String target, BuildListener listener)
            throws BuildkitException, InterruptedException {
        return answer(target, targets.get(target).subrequest(), listener);
    }

    private Map<String, String> answer(String target, String subrequest, BuildListener listener)
            throws BuildkitException, InterruptedException {
        CancellableWork<Map<String, String>> work = new CancellableWork<>(() -> asked(target, subrequest, listener));
        boolean late;
        synchronized (this) {
            answers.add(work);
            late = cancelled;
        }
        if (late) {
            work.cancel();
        }
        try (CancellableWork.Hook ignored = CancellableWork.onCancel(work::cancel)) {
            return work.call();
        } catch (InterruptedException e) {
            if (isCancelled() && !CancellableWork.isCancelled()) {
                throw new BuildkitException.BuildCancelledException();
            }
            throw e;
        } catch (Exception e) {
            throw FutureOutcome.failure(e, BuildkitException.class);
        } finally {
            synchronized (this) {
                answers.remove(work);
            }
        }
    }

    private synchronized boolean isCancelled() {
        return cancelled;
    }

    private Map<String, String> asked(String target, String subrequest, BuildListener listener)
            throws BuildkitException, InterruptedException {
        PreparedTarget asked = targets.get(target);
        List<SessionContent> contents = contents(target);
        folders.needed(contents);
        try (ResolvedTargets resolved = new ResolvedTargets(client, targets, links, folders)) {
            resolved.resolveFor(target);
            BuildRequest request = asked.request()
                    .withNewRef()
                    .withoutResults()
                    .withOptions(folders.options(asked.content()))
                    .withOptions(Map.of(Subrequest.OPTION, subrequest));
            return client.frontendAnswer(
                    request, asked.content(), listener, folders.sessions(asked.content()), resolved::inputs);
        } finally {
            folders.ended(contents);
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
        Map<String, Supplier<CompletableFuture<BuildResult>>> works = new TreeMap<>();
        targets.forEach((name, target) -> {
            if (target.subrequest().isEmpty()) {
                works.put(name, () -> begun(name, listener.apply(name)));
            }
        });
        CompletableFuture<SortedMap<String, BuildResult>> all = together(works);
        try {
            // A copy, as in RunningBuild.
            return FutureOutcome.get(all.copy(), TargetFailedException.class);
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
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Starts the work of all targets, each one after those that it uses, and combines the outcomes. The first failure
     * cancels all builds; the future then fails with a {@link TargetFailedException} that names the target, after all
     * others have ended, too. If the future is cancelled, all builds are cancelled. This method is called once.
     *
     * @param works what begins the build of a target, and makes something of {@link RunningBuild#result}, by target.
     *     Each of them must complete when its build is cancelled
     * @return the values by target
     */
    public <T> CompletableFuture<SortedMap<String, T>> together(Map<String, Supplier<CompletableFuture<T>>> works) {
        works.keySet().forEach(target -> folders.needed(contents(target)));
        TargetQueue<T> targetQueue = new TargetQueue<>(links, mostAtOnce, works);
        boolean late;
        synchronized (this) {
            queue = targetQueue;
            late = cancelled;
        }
        CompletableFuture<SortedMap<String, T>> all = combined(targetQueue.results());
        if (late) {
            targetQueue.cancel();
        } else {
            targetQueue.start();
        }
        return all;
    }

    private <T> CompletableFuture<SortedMap<String, T>> combined(Map<String, CompletableFuture<T>> outcomes) {
        Queue<TargetFailedException> failures = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<T>> followed = new ArrayList<>();
        outcomes.forEach((target, outcome) -> followed.add(outcome.whenComplete((value, failure) -> {
            if (failure != null) {
                failures.add(new TargetFailedException(target, FutureOutcome.cause(failure)));
                links.fail(target);
                cancel();
            }
            folders.ended(contents(target));
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
     * Cancels all builds in the daemon, those that wait, and those that are begun later, and all requests to frontends.
     * The results of running builds complete within about ten seconds; see {@link RunningBuild#cancel}.
     */
    public void cancel() {
        List<RunningBuild> running;
        List<CancellableWork<?>> asking;
        TargetQueue<?> waiting;
        synchronized (this) {
            cancelled = true;
            running = List.copyOf(builds);
            asking = List.copyOf(answers);
            waiting = queue;
        }
        running.forEach(RunningBuild::cancel);
        asking.forEach(CancellableWork::cancel);
        if (waiting != null) {
            waiting.cancel();
        }
    }

    /** Cancels what is still running, and closes the shared sessions. */
    @Override
    public void close() {
        cancel();
        folders.close();
    }
}
