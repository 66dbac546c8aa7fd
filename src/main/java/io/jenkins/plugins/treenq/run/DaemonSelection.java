// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.model.Item;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.JobConfiguration;
import io.jenkins.plugins.treenq.pool.Affinity;
import io.jenkins.plugins.treenq.pool.DaemonCandidates;
import io.jenkins.plugins.treenq.pool.DaemonPool;
import io.jenkins.plugins.treenq.pool.DaemonSlot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Selects a daemon of the builder for one build: the daemon that the job's builds usually go to, or another one while
 * that daemon has reached its limit of builds or cannot be reached. The log shows each decision.
 */
final class DaemonSelection implements AutoCloseable {
    private final ImageOrder order;
    private final Item job;
    private final String key;
    private final DaemonPool pool;
    private final TaskListener listener;

    @CheckForNull
    private final BuildLocation earlier;

    /**
     * The addresses that could not be reached in this round. The set is concurrent because slots are requested on other
     * threads.
     */
    private final Set<String> unreachable = ConcurrentHashMap.newKeySet();

    private int rounds;

    private volatile BuildkitBuilder builder;
    private volatile DaemonCandidates.Daemons candidates;
    private volatile CompletableFuture<DaemonSlot> slot = new CompletableFuture<>();
    private volatile boolean closed;

    /**
     * @param key builds with the same key can use each other's cache
     * @param earlier the daemon on which the build was started before a restart; null if there is none
     */
    DaemonSelection(
            ImageOrder order,
            Item job,
            String key,
            DaemonPool pool,
            TaskListener listener,
            @CheckForNull BuildLocation earlier) {
        this.order = order;
        this.job = job;
        this.key = key;
        this.pool = pool;
        this.listener = listener;
        this.earlier = earlier;
    }

    /**
     * Requests a slot, which is kept until this selection is closed. The future completes when a slot is available; no
     * thread waits for it.
     */
    CompletableFuture<BuildLocation> next() {
        CompletableFuture<DaemonSlot> next = pool.acquire(this::daemons);
        slot = next;
        if (closed) {
            // The build was stopped while the slot was requested.
            release();
        }
        if (!next.isDone()) {
            print("Waiting: each daemon of '" + builder.getName() + "' has reached its limit of " + limit());
        }
        return Async.then(next, acquired -> CompletableFuture.completedFuture(location(acquired)));
    }

    private BuildLocation location(DaemonSlot acquired) {
        String first = candidates.addresses().get(0);
        if (!acquired.address().equals(first)) {
            print(first + " has reached its limit of " + limit() + "; taking " + acquired.address());
        }
        return new BuildLocation(builder.getName(), acquired.address());
    }

    private String limit() {
        return builder.getLimit() + (builder.getLimit() == 1 ? " build" : " builds");
    }

    /**
     * Releases the slot at a daemon that could not be reached, so that {@link #next} can select another daemon, or the
     * same one again.
     *
     * @return completes when {@link #next} should be called
     * @throws DaemonUnreachableException the given failure, if all daemons have been tried often enough
     */
    CompletableFuture<Void> failed(BuildLocation location, DaemonUnreachableException failure)
            throws DaemonUnreachableException {
        release();
        unreachable.add(location.address());
        if (!unreachable.containsAll(builder.addresses())) {
            print(failure.reason() + "; trying another daemon of '" + location.builder() + "'");
            return CompletableFuture.completedFuture(null);
        }
        if (rounds == RetryPauses.ALL.size() || !failure.isPassing()) {
            throw failure;
        }
        Duration pause = RetryPauses.ALL.get(rounds++);
        unreachable.clear();
        print(failure.reason() + "; trying again in " + pause.toSeconds() + " s");
        return Async.pause(pause);
    }

    /** Releases the slot, or cancels the request for one. */
    @Override
    public void close() {
        closed = true;
        release();
    }

    private void release() {
        slot.cancel(false);
        slot.whenComplete((acquired, failure) -> {
            if (acquired != null) {
                acquired.close();
            }
        });
    }

    private DaemonCandidates.Daemons daemons() throws IOException {
        JobConfiguration configuration = JobConfiguration.of(job);
        builder = earlier == null
                ? configuration
                        .builder(order.builder(), order.build().platforms())
                        .item()
                : configuration.builder(earlier.builder()).item();
        List<String> addresses = new ArrayList<>(Affinity.order(builder.addresses(), key));
        if (addresses.isEmpty()) {
            throw new AbortException("builder '" + builder.getName() + "' has no address");
        }
        if (earlier != null && addresses.remove(earlier.address())) {
            addresses.add(0, earlier.address());
        }
        if (!unreachable.containsAll(addresses)) {
            addresses.removeAll(unreachable);
        }
        candidates = new DaemonCandidates.Daemons(addresses, builder.getLimit());
        return candidates;
    }

    private void print(String line) {
        listener.getLogger().println(line);
    }
}
