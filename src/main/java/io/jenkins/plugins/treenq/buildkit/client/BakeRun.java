// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

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
 * <p>All targets must be begun, because those that are linked to each other wait for each other. The order does not
 * matter.
 */
public final class BakeRun implements AutoCloseable {
    private BakeRun() {}

    /**
     * Prepares the builds. Nothing is built yet.
     *
     * @param client a client whose daemon has answered: from {@link BuildkitClient#connect} or
     *     {@link BuildkitClient#connectLater}, not from {@code connectForBuild}. The caller closes it after this object
     * @param targets the targets by name
     * @param sharedKey key under which the daemon keeps the folders that several targets use for the next bake; see
     *     {@link io.jenkins.plugins.treenq.buildkit.session.SessionContent#sharedKey}
     * @throws BuildkitException.InvalidRequestException if a target is linked to one that is missing, or targets are
     *     linked in a circle
     */
    public static BakeRun open(BuildkitClient client, Map<String, PreparedTarget> targets, String sharedKey)
            throws BuildkitException.InvalidRequestException {
        throw new UnsupportedOperationException();
    }

    /**
     * Starts the build of a target, without blocking a thread.
     *
     * @param listener receives the events of this target only; see {@link BuildkitClient#begin}. Listeners of several
     *     targets are called at the same time
     */
    public RunningBuild begin(String target, BuildListener listener)
            throws BuildkitException.InvalidRequestException {
        throw new UnsupportedOperationException();
    }

    /**
     * Starts the build of a target again, such as after a push that broke off.
     *
     * @param request the target's request, with another ref
     */
    public RunningBuild begin(String target, BuildRequest request, BuildListener listener)
            throws BuildkitException.InvalidRequestException {
        throw new UnsupportedOperationException();
    }

    /**
     * Sends a subrequest about a target to the frontend and waits for the answer, like
     * {@link BuildkitClient#frontendAnswer}. Targets that this one is linked to are resolved, not built.
     *
     * @param subrequest such as {@code frontend.lint}
     * @return the metadata of the frontend's result by key, such as {@code result.json} and {@code result.txt}
     */
    public Map<String, String> answer(String target, String subrequest, BuildListener listener)
            throws BuildkitException, InterruptedException {
        throw new UnsupportedOperationException();
    }

    /**
     * Combines the outcomes of all targets. The first failure cancels all builds; the future then fails with a
     * {@link TargetFailedException} that names the target, after all others have ended, too. If the future is cancelled,
     * all builds are cancelled.
     *
     * @param outcomes what the caller makes of {@link RunningBuild#result}, by target. Each of them must complete when
     *     its build is cancelled
     * @return the values by target
     */
    public <T> CompletableFuture<SortedMap<String, T>> together(Map<String, CompletableFuture<T>> outcomes) {
        throw new UnsupportedOperationException();
    }

    /**
     * Cancels all builds in the daemon, those that wait for others, and those that are begun later. Their results
     * complete within about ten seconds; see {@link RunningBuild#cancel}.
     */
    public void cancel() {
        throw new UnsupportedOperationException();
    }

    /** Cancels what is still running, and closes the shared sessions. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
