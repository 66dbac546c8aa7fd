// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.model.Item;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.JobConfiguration;
import io.jenkins.plugins.treenq.config.ScopedItem;
import io.jenkins.plugins.treenq.pool.Affinity;
import io.jenkins.plugins.treenq.pool.DaemonCandidates;
import io.jenkins.plugins.treenq.pool.DaemonPool;
import io.jenkins.plugins.treenq.pool.DaemonSlot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/**
 * Selects a daemon of the builder for one build: the daemon that the job's builds usually go to, or another one while
 * that daemon has reached its limit of builds or cannot be reached. The log shows each decision.
 */
final class DaemonSelection implements AutoCloseable {
    /** The time after which a waiting build looks for new daemons of the builder's DNS names. */
    private static final Duration PROBE_INTERVAL = Duration.ofSeconds(5);

    private static final Logger LOGGER = Logger.getLogger(DaemonSelection.class.getName());

    @CheckForNull
    private final String named;

    private final List<String> platforms;

    @CheckForNull
    private final Integer ordered;

    private final Item job;
    private final String key;
    private final DaemonPool pool;
    private final Probe probe;
    private final TaskListener listener;

    @CheckForNull
    private final BuildLocation earlier;

    /**
     * The addresses that could not be reached in this round. The set is concurrent because slots are requested on other
     * threads.
     */
    private final Set<String> unreachable = ConcurrentHashMap.newKeySet();

    /** The addresses of daemons whose storage failed in this build. */
    private final Set<String> broken = ConcurrentHashMap.newKeySet();

    private int rounds;

    /** The number of daemons that were lost during the build. */
    private int losses;

    private volatile BuildkitBuilder builder;

    /** The daemons of each address that were found last. */
    private volatile List<ProbedDaemon> probed = List.of();

    /** The number of builds of other clients on each daemon, by its address. */
    private volatile Map<String, Integer> others = Map.of();

    private volatile DaemonCandidates.Daemons candidates;
    private volatile CompletableFuture<DaemonSlot> slot = new CompletableFuture<>();
    private volatile boolean closed;

    /** Finds the daemons of a builder, from where the build connects to them. */
    @FunctionalInterface
    interface Probe {
        /** @param withBuilds whether the builds of the daemons are counted */
        CompletableFuture<List<ProbedDaemon>> of(ScopedItem<BuildkitBuilder> builder, boolean withBuilds)
                throws Exception;
    }

    /**
     * @param named name of the builder that the job names; null if it names none
     * @param platforms platforms that the builder must have
     * @param ordered how often the build is started again after its daemon was lost; null for the builder's setting
     * @param key builds with the same key can use each other's cache
     * @param earlier the daemon on which the build was started before a restart; null if there is none
     */
    DaemonSelection(
            @CheckForNull String named,
            List<String> platforms,
            @CheckForNull Integer ordered,
            Item job,
            String key,
            DaemonPool pool,
            Probe probe,
            TaskListener listener,
            @CheckForNull BuildLocation earlier) {
        this.named = named;
        this.platforms = List.copyOf(platforms);
        this.ordered = ordered;
        this.job = job;
        this.key = key;
        this.pool = pool;
        this.probe = probe;
        this.listener = listener;
        this.earlier = earlier;
    }

    /**
     * Requests a slot, which is kept until this selection is closed. The future completes when a slot is available; no
     * thread waits for it.
     */
    CompletableFuture<BuildLocation> next() {
        return Async.then(probed(), nothing -> acquired());
    }

    /** Finds the daemons of the builder. The future completes in any case. */
    private CompletableFuture<Void> probed() {
        ScopedItem<BuildkitBuilder> asked;
        try {
            asked = chosenBuilder();
        } catch (AbortException e) {
            // The request for a slot fails with the same exception, which ends the build.
            return CompletableFuture.completedFuture(null);
        }
        boolean byName = hasDnsName(asked.item());
        boolean several = byName || asked.item().addresses().size() > 1;
        // A daemon is busy when it has the limit of builds. A build that has no choice needs no answer.
        boolean withBuilds = several && asked.item().getLimit() > 0;
        if (!byName && !withBuilds) {
            return CompletableFuture.completedFuture(null);
        }
        Map<String, Integer> before = pool.used();
        return Async.handle(Async.begin(() -> probe.of(asked, withBuilds)), (found, failure) -> {
            if (failure == null) {
                others = others(found, before, pool.used());
                probed = withEarlier(found);
            } else {
                LOGGER.log(
                        Level.FINE,
                        failure,
                        () -> "the daemons of " + asked.item().getName() + " are not known");
            }
            return CompletableFuture.completedFuture(null);
        });
    }

    /** Returns the daemons that were found, and for the names without an answer the daemons that were found before. */
    private List<ProbedDaemon> withEarlier(List<ProbedDaemon> found) {
        List<ProbedDaemon> all = new ArrayList<>(found);
        all.removeIf(daemon -> Endpoint.isDnsName(daemon.address()));
        Set<String> answered = all.stream().map(ProbedDaemon::configured).collect(Collectors.toSet());
        probed.stream()
                .filter(daemon -> !answered.contains(daemon.configured()))
                .forEach(all::add);
        return all;
    }

    /**
     * Returns the number of builds of other clients on each daemon. The daemon counts the builds of this controller,
     * too, which may have begun or ended in the meantime. None of them is counted as one of another client.
     */
    private static Map<String, Integer> others(
            List<ProbedDaemon> found, Map<String, Integer> before, Map<String, Integer> after) {
        Map<String, Integer> others = new HashMap<>();
        for (ProbedDaemon daemon : found) {
            int own = Math.max(before.getOrDefault(daemon.address(), 0), after.getOrDefault(daemon.address(), 0));
            others.put(daemon.address(), Math.max(0, daemon.builds() - own));
        }
        return others;
    }

    private static boolean hasDnsName(BuildkitBuilder builder) {
        return builder.addresses().stream().anyMatch(Endpoint::isDnsName);
    }

    private CompletableFuture<BuildLocation> acquired() {
        CompletableFuture<DaemonSlot> next = pool.acquire(this::daemons);
        slot = next;
        if (closed) {
            // The build was stopped while the slot was requested.
            release();
        }
        if (!next.isDone()) {
            print("Waiting: each daemon of '" + builder.getName() + "' has reached its limit of " + limit());
            probeWhileWaiting(next);
        }
        return Async.then(next, acquired -> CompletableFuture.completedFuture(location(acquired)));
    }

    /** Looks for new daemons, because a DNS name changes without notice. */
    private void probeWhileWaiting(CompletableFuture<DaemonSlot> waiting) {
        if (!hasDnsName(builder)) {
            return;
        }
        Async.pause(PROBE_INTERVAL).thenRun(() -> {
            if (!waiting.isDone()) {
                Async.begin(this::probed).thenRun(() -> {
                    pool.reconsider();
                    probeWhileWaiting(waiting);
                });
            }
        });
    }

    private BuildLocation location(DaemonSlot acquired) {
        String first = candidates.addresses().get(0);
        if (!acquired.address().equals(first)) {
            int busy = candidates.others(first);
            print(first
                    + (busy == 0
                            ? " has reached its limit of " + limit()
                            : " is busy with " + builds(busy) + " of other clients, and has a limit of " + limit())
                    + "; taking " + acquired.address());
        }
        return new BuildLocation(builder.getName(), acquired.address());
    }

    private String limit() {
        return builds(builder.getLimit());
    }

    private static String builds(int number) {
        return number + (number == 1 ? " build" : " builds");
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
        if (isUntriedLeft()) {
            print(failure.reason() + "; trying another daemon of '" + location.builder() + "'");
            return CompletableFuture.completedFuture(null);
        }
        List<Duration> pauses = losses == 0 ? RetryPauses.ALL : RetryPauses.AFTER_LOSS;
        if (rounds >= pauses.size() || !failure.isPassing()) {
            throw failure;
        }
        Duration pause = pauses.get(rounds++);
        unreachable.clear();
        print(failure.reason() + "; trying again in " + pause.toSeconds() + " s");
        return Async.pause(pause);
    }

    /**
     * Releases the slot at a daemon that was lost during the build, so that {@link #next} can select another daemon, or
     * the same one when it can be reached again.
     *
     * @return completes when {@link #next} should be called
     * @throws DaemonLostException the given failure, if the build was started often enough, or the storage of each
     *     daemon failed
     */
    CompletableFuture<Void> lost(BuildLocation location, DaemonLostException failure) throws DaemonLostException {
        release();
        if (failure.isStorageFailed()) {
            broken.add(location.address());
        }
        int retries = ordered == null ? builder.getRetries() : ordered;
        if (losses >= retries || broken.containsAll(addresses())) {
            throw failure;
        }
        losses++;
        rounds = 0;
        unreachable.add(location.address());
        boolean others = isUntriedLeft();
        print(failure.reason() + "; building again on " + (others ? "another daemon of '" : "'") + location.builder()
                + "' (retry " + losses + " of " + retries + ")");
        if (others) {
            return CompletableFuture.completedFuture(null);
        }
        unreachable.clear();
        return Async.pause(RetryPauses.AFTER_LOSS.get(0));
    }

    private boolean isUntriedLeft() {
        return addresses().stream().anyMatch(address -> !unreachable.contains(address) && !broken.contains(address));
    }

    /** Returns the addresses of the builder, with the daemons that were found instead of the DNS names. */
    private List<String> addresses() {
        List<String> all = new ArrayList<>();
        for (String configured : builder.addresses()) {
            List<String> found = probed.stream()
                    .filter(daemon -> daemon.configured().equals(configured))
                    .map(ProbedDaemon::address)
                    .toList();
            all.addAll(found.isEmpty() ? List.of(configured) : found);
        }
        return all;
    }

    /** Returns the addresses without those to avoid, or all addresses if no other one is left. */
    private static List<String> without(Set<String> avoided, List<String> addresses) {
        List<String> others =
                addresses.stream().filter(address -> !avoided.contains(address)).toList();
        return others.isEmpty() ? addresses : others;
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
        builder = chosenBuilder().item();
        List<String> addresses = new ArrayList<>(Affinity.order(addresses(), key));
        if (addresses.isEmpty()) {
            throw new AbortException("builder '" + builder.getName() + "' has no address");
        }
        if (earlier != null && addresses.remove(earlier.address())) {
            addresses.add(0, earlier.address());
        }
        candidates = new DaemonCandidates.Daemons(
                without(unreachable, without(broken, addresses)), builder.getLimit(), others);
        return candidates;
    }

    private ScopedItem<BuildkitBuilder> chosenBuilder() throws AbortException {
        JobConfiguration configuration = JobConfiguration.of(job);
        if (earlier != null) {
            return configuration.builder(earlier.builder());
        }
        try {
            return configuration.builder(named, platforms);
        } catch (AbortException e) {
            if (losses == 0) {
                throw e;
            }
            // A build that has already begun on a builder is finished there, even if the builder is draining.
            return configuration.builder(builder.getName());
        }
    }

    private void print(String line) {
        listener.getLogger().println(line);
    }
}
