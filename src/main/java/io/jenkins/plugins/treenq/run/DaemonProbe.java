// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.transport.DaemonNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import jenkins.security.MasterToSlaveCallable;

/**
 * Finds the daemons of a builder, in the JVM that will connect to one of them: a DNS name may have other addresses for
 * the controller than for an agent. The time of the call is limited.
 */
final class DaemonProbe extends MasterToSlaveCallable<ArrayList<ProbedDaemon>, RuntimeException> {
    private static final long serialVersionUID = 1;

    /** The time limit for one endpoint, after which the build begins without an answer. */
    private static final Duration LONGEST = Duration.ofSeconds(3);

    private final ArrayList<Endpoint> endpoints;

    /** @param endpoints an endpoint for each address of the builder */
    DaemonProbe(List<Endpoint> endpoints) {
        this.endpoints = new ArrayList<>(endpoints);
    }

    @Override
    public ArrayList<ProbedDaemon> call() {
        return begin().join();
    }

    /** Finds the daemons from this JVM. Addresses that are not answered in time have no daemons in the result. */
    CompletableFuture<ArrayList<ProbedDaemon>> begin() {
        List<CompletableFuture<List<ProbedDaemon>>> probes =
                endpoints.stream().map(DaemonProbe::probe).toList();
        return CompletableFuture.allOf(probes.toArray(CompletableFuture[]::new)).thenApply(nothing -> {
            ArrayList<ProbedDaemon> daemons = new ArrayList<>();
            probes.forEach(probe -> daemons.addAll(probe.join()));
            return daemons;
        });
    }

    private static CompletableFuture<List<ProbedDaemon>> probe(Endpoint endpoint) {
        CompletableFuture<List<Endpoint>> named =
                Async.call(Async.BLOCKING, () -> DaemonNames.daemons(endpoint));
        CompletableFuture<List<ProbedDaemon>> probed = Async.then(
                named,
                daemons -> CompletableFuture.completedFuture(daemons.stream()
                        .map(daemon -> new ProbedDaemon(
                                endpoint.address().toString(), daemon.address().toString()))
                        .toList()));
        return Async.within(LONGEST, probed, List.<ProbedDaemon>of()).exceptionally(failure -> List.of());
    }
}
