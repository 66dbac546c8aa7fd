// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.gateway.FrontendInputs;
import io.jenkins.plugins.treenq.buildkit.gateway.FrontendResult;
import io.jenkins.plugins.treenq.buildkit.solve.DaemonBuild;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Targets whose frontends have answered, and whose steps are not executed, for a subrequest about a target that uses
 * them. Their builds wait in the daemon until this object is closed.
 */
final class ResolvedTargets implements AutoCloseable {
    private final BuildkitClient client;
    private final Map<String, PreparedTarget> targets;
    private final TargetLinks links;
    private final SharedFolders folders;
    private final Map<String, FrontendResult> results = new HashMap<>();
    private final Deque<BuildSession> sessions = new ArrayDeque<>();
    private final Deque<DaemonBuild> builds = new ArrayDeque<>();

    ResolvedTargets(
            BuildkitClient client, Map<String, PreparedTarget> targets, TargetLinks links, SharedFolders folders) {
        this.client = client;
        this.targets = targets;
        this.links = links;
        this.folders = folders;
    }

    /** Resolves the targets that a target uses, and those that they use. */
    void resolveFor(String target) throws BuildkitException, InterruptedException {
        for (String used : links.uses(target)) {
            if (!results.containsKey(used)) {
                resolveFor(used);
                resolve(used);
            }
        }
    }

    private void resolve(String name) throws BuildkitException, InterruptedException {
        PreparedTarget target = targets.get(name);
        BuildRequest request = target.request()
                .withNewRef()
                .withoutRecord()
                .withoutResults()
                .withOptions(folders.options(target.content()));
        BuildSession session =
                client.openOnProven(request, target.content(), BuildListener.NONE, folders.sessions(target.content()));
        sessions.push(session);
        FutureOutcome.get(session.opened(), BuildkitException.class);
        CompletableFuture<FrontendResult> answered = new CompletableFuture<>();
        DaemonBuild build = client.gatewayBuild(
                inputs(session.request()), session.id(), BuildListener.NONE, (answer, evaluation) -> {
                    answered.complete(answer);
                    return new CompletableFuture<>();
                });
        builds.push(build);
        build.result()
                .whenComplete((response, failure) -> answered.completeExceptionally(
                        failure == null ? new BuildkitException.BuildCancelledException() : failure));
        try {
            results.put(name, FutureOutcome.get(answered, BuildkitException.class));
        } catch (BuildkitException e) {
            FutureOutcome.get(CompletableFuture.failedFuture(session.failure().explaining(e)), BuildkitException.class);
        }
    }

    /** Returns a request with the results of the targets that it uses. */
    FrontendInputs inputs(BuildRequest request) {
        return TargetLinks.inputs(request, results::get);
    }

    @Override
    public void close() {
        builds.forEach(DaemonBuild::cancel);
        sessions.forEach(BuildSession::close);
    }
}
