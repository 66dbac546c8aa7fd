// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.transport.DaemonNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import jenkins.security.MasterToSlaveCallable;

/**
 * Finds the daemons of a builder, and how many builds they have, in the JVM that will connect to one of them: the
 * controller may be unable to connect to them, and a DNS name may have other addresses for it. The time is limited.
 */
final class DaemonProbe extends MasterToSlaveCallable<ArrayList<ProbedDaemon>, RuntimeException> {
    private static final long serialVersionUID = 1;

    /** The time limit for DNS, after which a name has no daemons. The search list can require several queries. */
    private static final Duration LONGEST_LOOKUP = Duration.ofSeconds(7);

    /** The time limit for the daemons, after which the number of their builds is not known. */
    private static final Duration LONGEST_COUNT = Duration.ofSeconds(2);

    /** The counts that are running in this JVM. Builds that begin at the same time share them. */
    private static final Map<Endpoint, CompletableFuture<Integer>> COUNTS = new ConcurrentHashMap<>();

    private final ArrayList<Endpoint> endpoints;
    private final boolean withBuilds;

    /**
     * @param endpoints an endpoint for each address of the builder
     * @param withBuilds whether the builds of the daemons are counted, for which they are connected to
     */
    DaemonProbe(List<Endpoint> endpoints, boolean withBuilds) {
        this.endpoints = new ArrayList<>(endpoints);
        this.withBuilds = withBuilds;
    }

    @Override
    public ArrayList<ProbedDaemon> call() {
        return begin().join();
    }

    /** Finds the daemons from this JVM. What is not answered in time is not in the result. */
    CompletableFuture<ArrayList<ProbedDaemon>> begin() {
        List<CompletableFuture<List<ProbedDaemon>>> probes =
                endpoints.stream().map(this::probe).toList();
        return all(probes)
                .thenApply(
                        found -> found.stream().flatMap(List::stream).collect(Collectors.toCollection(ArrayList::new)));
    }

    private CompletableFuture<List<ProbedDaemon>> probe(Endpoint endpoint) {
        // The thread is not interrupted when the time is over, because it may be loading classes.
        CompletableFuture<List<Endpoint>> daemons = Async.call(Async.BLOCKING, () -> DaemonNames.daemons(endpoint))
                .copy()
                .completeOnTimeout(List.of(endpoint), LONGEST_LOOKUP.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> List.of(endpoint));
        return daemons.thenCompose(found -> all(found.stream()
                .map(daemon -> (withBuilds ? builds(daemon) : CompletableFuture.completedFuture(0))
                        .thenApply(builds -> new ProbedDaemon(
                                endpoint.address().toString(), daemon.address().toString(), builds)))
                .toList()));
    }

    private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> parts) {
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                .thenApply(
                        nothing -> parts.stream().map(CompletableFuture::join).toList());
    }

    /** Returns the number of builds that a daemon has; 0 if it does not say so in time. */
    private static CompletableFuture<Integer> builds(Endpoint daemon) {
        CompletableFuture<Integer> count = new CompletableFuture<>();
        CompletableFuture<Integer> running = COUNTS.putIfAbsent(daemon, count);
        if (running != null) {
            return running;
        }
        // The connection is one that an earlier build has left, or is left for the build that follows.
        CompletableFuture<BuildkitClient> connected = BuildkitClient.connectForBuildLater(daemon);
        CompletableFuture<Integer> answer = Async.then(connected, BuildkitClient::runningBuildsLater);
        answer.whenComplete((builds, failure) -> connected.thenAccept(BuildkitClient::close));
        Async.within(LONGEST_COUNT, answer, 0).whenComplete((builds, failure) -> {
            COUNTS.remove(daemon, count);
            count.complete(failure == null ? builds : 0);
        });
        return count;
    }
}
