// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.SuppressFBWarnings;
import hudson.model.TaskListener;
import hudson.remoting.Channel;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.timeline.BuildPhase;
import io.jenkins.plugins.treenq.timeline.ProgressSink;
import java.io.File;
import java.io.Serializable;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * The part of a build that runs on the agent. The secrets are kept in memory and never written to the agent's disk.
 */
final class AgentBuildCallable<T extends Serializable> extends AgentCallable<T> {
    private static final long serialVersionUID = 1;

    private final AgentTask<T> work;
    private final AgentBuildInput input;

    @CheckForNull
    @SuppressFBWarnings(value = "SE_BAD_FIELD", justification = "sent as what remoting exports")
    private final ProgressSink progress;

    private AgentBuildCallable(
            AgentTask<T> work,
            AgentBuildInput input,
            LogSink log,
            @CheckForNull ProgressSink progress,
            @CheckForNull TaskCallbacks callbacks) {
        super(log, callbacks);
        this.work = work;
        this.input = input;
        this.progress = progress;
    }

    /** @param progress receives the progress of a build; null if no one needs the progress */
    AgentBuildCallable(
            AgentTask<T> work, AgentBuildInput input, TaskListener listener, @CheckForNull ProgressSink progress) {
        this(work, input, listener.getLogger()::print, progress, null);
    }

    @Override
    AgentBuildCallable<T> of(Channel agent, TaskCallbacks receiver) {
        return new AgentBuildCallable<>(
                work,
                input,
                agent.export(LogSink.class, log),
                progress == null ? null : agent.export(ProgressSink.class, progress),
                agent.export(TaskCallbacks.class, receiver));
    }

    @Override
    T checked(Object answer) {
        return work.checked(answer);
    }

    @Override
    void preparing() {
        if (progress != null) {
            progress.entered(BuildPhase.LOADING);
        }
    }

    @Override
    CompletableFuture<T> begin(File folder) {
        AgentBuild build = new AgentBuild(input, log, progress, folder.toPath());
        CompletableFuture<T> done =
                Async.then(Async.call(Async.SHORT, () -> build.prepared(work.secrets())), ready -> on(build, ready));
        return Async.handle(
                done,
                (result, failure) -> Async.then(
                        build.finish(),
                        sent -> failure == null
                                ? CompletableFuture.completedFuture(result)
                                : CompletableFuture.failedFuture(
                                        build.explained(failure, work.activity().toLowerCase(Locale.ROOT)))));
    }

    private CompletableFuture<T> on(AgentBuild build, AgentBuild.Prepared ready) throws BuildkitException {
        build.entered(BuildPhase.CONNECTING);
        CompletableFuture<BuildkitClient> connected = work.beginsWithBuild()
                ? BuildkitClient.connectForBuildLater(input.endpoint())
                : BuildkitClient.connectLater(input.endpoint());
        CompletableFuture<T> result = Async.then(connected, client -> {
            build.entered(BuildPhase.STARTING);
            return work.on(client, ready.request(), ready.content(), ready.console());
        });
        result.whenComplete((value, failure) -> connected.thenAccept(BuildkitClient::close));
        return result;
    }
}
