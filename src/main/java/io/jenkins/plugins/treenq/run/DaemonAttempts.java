// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.transport.DaemonNames;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * The attempts to do something on a daemon of the selected builder. A daemon that cannot be reached or is lost is
 * followed by another one, as often as the {@link DaemonSelection} allows.
 */
final class DaemonAttempts {
    private DaemonAttempts() {}

    /** Follows the attempts. */
    interface Observer {
        /** A daemon was selected for the next attempt. */
        void located(BuildLocation location);

        /** The daemon could not be reached. */
        void waiting();

        /** The daemon was lost, and there will be another attempt, which needs another ID of the build. */
        void lost(DaemonLostException failure) throws IOException;
    }

    /** Does the work on the first daemon that has a free slot, and again on another daemon if necessary. */
    static <T> CompletableFuture<T> of(
            DaemonSelection selection, Observer observer, Async.Next<BuildLocation, T> work) {
        CompletableFuture<T> done = onNextDaemon(selection, observer, work);
        done.whenComplete((result, failure) -> selection.close());
        return done;
    }

    private static <T> CompletableFuture<T> onNextDaemon(
            DaemonSelection selection, Observer observer, Async.Next<BuildLocation, T> work) {
        return Async.then(selection.next(), location -> {
            observer.located(location);
            return Async.orElse(
                    attempt(location, work),
                    failure -> Async.then(
                            prepareNext(selection, observer, location, failure),
                            now -> onNextDaemon(selection, observer, work)));
        });
    }

    /**
     * Does the work on a daemon. While DNS has no daemon of a name, the work is not done on the name itself: the limit
     * of the daemon that the name then stands for would not apply.
     */
    private static <T> CompletableFuture<T> attempt(BuildLocation location, Async.Next<BuildLocation, T> work)
            throws Exception {
        if (Endpoint.isDnsName(location.address())) {
            String reason = DaemonNames.unresolved(location.address());
            return CompletableFuture.failedFuture(new DaemonUnreachableException(
                    "building on builder '" + location.builder() + "' failed: " + reason, reason, true));
        }
        return work.after(location);
    }

    /**
     * Prepares another attempt after a daemon could not be reached or was lost.
     *
     * @return completes when the next daemon should be selected; or with the given failure if it ends the build
     */
    private static CompletableFuture<Void> prepareNext(
            DaemonSelection selection, Observer observer, BuildLocation location, Throwable failure)
            throws IOException {
        if (failure instanceof DaemonUnreachableException missed) {
            observer.waiting();
            return selection.failed(location, missed);
        }
        // The connections of a controller that is shutting down are lost, too.
        if (failure instanceof DaemonLostException lost && !ImageBuild.isShuttingDown()) {
            CompletableFuture<Void> next = selection.lost(location, lost);
            observer.lost(lost);
            return next;
        }
        return CompletableFuture.failedFuture(failure);
    }
}
