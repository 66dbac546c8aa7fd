// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.FilePath;
import hudson.model.Computer;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.remoting.Channel;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a {@link DaemonProbe} where a build will run, and checks the answer. */
final class AgentProbe {
    /** The time limit for the agent, which has limits of its own, so that an agent that hangs delays no build. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private AgentProbe() {}

    /**
     * Returns what finds the daemons of builders for a run.
     *
     * @param folder the job's current folder; null for a build without files, which runs on the controller
     */
    static DaemonSelection.Probe of(Run<?, ?> run, @CheckForNull FilePath folder, TaskListener listener) {
        return (builder, withBuilds) -> {
            CompletableFuture<List<Endpoint>> endpoints = Async.call(Async.BLOCKING, () -> {
                BuildCredentials credentials = BuildCredentials.of(run);
                List<Endpoint> all = new ArrayList<>();
                for (String address : builder.item().addresses()) {
                    all.add(builder.item().endpoint(address, credentials, builder.owner()));
                }
                return all;
            });
            return Async.then(endpoints, all -> begin(folder, all, withBuilds, listener));
        };
    }

    /**
     * Finds the daemons.
     *
     * @param folder the job's current folder; null for a build without files, which runs on the controller
     * @param endpoints an endpoint for each address of the builder
     * @param withBuilds whether the builds of the daemons are counted
     * @return the daemons that were found in time
     */
    static CompletableFuture<List<ProbedDaemon>> begin(
            @CheckForNull FilePath folder, List<Endpoint> endpoints, boolean withBuilds, TaskListener listener) {
        DaemonProbe probe = new DaemonProbe(endpoints, withBuilds);
        CompletableFuture<ArrayList<ProbedDaemon>> answer =
                folder != null && folder.getChannel() instanceof Channel agent
                        ? beginOn(agent, folder, probe, listener)
                        : probe.begin();
        return Async.then(
                answer, daemons -> CompletableFuture.completedFuture(AgentAnswers.daemons(daemons, endpoints)));
    }

    private static CompletableFuture<ArrayList<ProbedDaemon>> beginOn(
            Channel agent, FilePath folder, DaemonProbe probe, TaskListener listener) {
        AgentPreparation preparation = AgentPreparation.get();
        boolean prepared = preparation.isPrepared(agent);
        long since = System.nanoTime();
        return Async.then(preparation.prepare(agent), nothing -> {
            // The call has a thread of remoting, because an agent that does not read from its channel blocks it. It is
            // not interrupted when the time is over: that would interrupt the agent's thread, too, which may be loading
            // classes over the channel. A class whose initialization fails there cannot be used any more.
            CompletableFuture<ArrayList<ProbedDaemon>> answer = Async.call(
                            Computer.threadPoolForRemoting, () -> agent.call(probe))
                    .copy()
                    .completeOnTimeout(new ArrayList<>(), LONGEST.toMillis(), TimeUnit.MILLISECONDS);
            answer.thenRun(() -> {
                if (!prepared) {
                    listener.getLogger()
                            .print(AgentCallable.preparedLine(
                                    AgentCall.agentOf(folder), Duration.ofNanos(System.nanoTime() - since)));
                }
            });
            return answer;
        });
    }
}
