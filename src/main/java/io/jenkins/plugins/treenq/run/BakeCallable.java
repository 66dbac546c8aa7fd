// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.SuppressFBWarnings;
import hudson.AbortException;
import hudson.remoting.Channel;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.client.BakeRun;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.PreparedTarget;
import io.jenkins.plugins.treenq.buildkit.client.RunningBuild;
import io.jenkins.plugins.treenq.buildkit.client.TargetBuild;
import io.jenkins.plugins.treenq.buildkit.client.TargetFailedException;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.timeline.BuildPhase;
import io.jenkins.plugins.treenq.timeline.ProgressSink;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The part of a bake that runs on the agent: all targets, over one connection to one daemon. Each target is built as
 * any other image, with a log, a progress and a result of its own. The secrets are kept in memory and never written to
 * the agent's disk.
 */
final class BakeCallable extends AgentCallable<Boolean> {
    private static final long serialVersionUID = 1;

    private static final String ACTIVITY = "building";

    private final ArrayList<Part> parts;
    private final BuildTask task;

    @CheckForNull
    private final Skipping skipping;

    private final Endpoint endpoint;
    private final String sharedKey;

    @SuppressFBWarnings(value = "SE_BAD_FIELD", justification = "sent as what remoting exports")
    private final BakeSink built;

    /**
     * A target.
     *
     * @param wanted whether the target was asked for, and is not only needed by others
     * @param check whether the frontend only checks the Dockerfile
     * @param tags the tags that must point to the image if the target is to be skipped; empty if it is always built
     */
    record Part(
            String target,
            boolean wanted,
            boolean check,
            List<ImageName> tags,
            AgentBuildInput input,
            LogSink log,
            ProgressSink progress)
            implements Serializable {
        private Part on(Channel agent) {
            return new Part(
                    target,
                    wanted,
                    check,
                    tags,
                    input,
                    agent.export(LogSink.class, log),
                    agent.export(ProgressSink.class, progress));
        }
    }

    /**
     * How targets are skipped whose images exist and have the same inputs.
     *
     * @param connections connection settings of registries, with the logins of proxies
     * @param beginning log line of each target that is built
     */
    record Skipping(RegistryConnections connections, String beginning) implements Serializable {}

    private BakeCallable(
            List<Part> parts,
            BuildTask task,
            @CheckForNull Skipping skipping,
            Endpoint endpoint,
            String sharedKey,
            BakeSink built,
            LogSink log,
            @CheckForNull TaskCallbacks callbacks) {
        super(log, callbacks);
        this.parts = new ArrayList<>(parts);
        this.task = task;
        this.skipping = skipping;
        this.endpoint = endpoint;
        this.sharedKey = sharedKey;
        this.built = built;
    }

    /**
     * @param skipping how targets are skipped; null if all are built
     * @param sharedKey key under which the daemon keeps folders that several targets use
     * @param built receives each target that was built or skipped
     */
    BakeCallable(
            List<Part> parts,
            BuildTask task,
            @CheckForNull Skipping skipping,
            Endpoint endpoint,
            String sharedKey,
            BakeSink built,
            LogSink log) {
        this(parts, task, skipping, endpoint, sharedKey, built, log, null);
    }

    @Override
    BakeCallable of(Channel agent, TaskCallbacks receiver) {
        return new BakeCallable(
                parts.stream().map(part -> part.on(agent)).toList(),
                task,
                skipping,
                endpoint,
                sharedKey,
                agent.export(BakeSink.class, built),
                agent.export(LogSink.class, log),
                agent.export(TaskCallbacks.class, receiver));
    }

    @Override
    void preparing() {
        parts.forEach(part -> part.progress().entered(BuildPhase.LOADING));
    }

    @Override
    Boolean checked(Object answer) {
        if (!Boolean.TRUE.equals(answer)) {
            throw new IllegalArgumentException("the bake has not ended");
        }
        return Boolean.TRUE;
    }

    @Override
    CompletableFuture<Boolean> begin(File folder) {
        return new Execution(folder.toPath()).begin();
    }

    /** One target that is being built. */
    record Target(Part part, AgentBuild build, AgentBuild.Prepared prepared) {
        /** Returns the same target with another request and content of the session. */
        Target with(BuildRequest request, SessionContent content) {
            return new Target(part, build, new AgentBuild.Prepared(request, content, prepared.console()));
        }
    }

    /** One execution of the bake. */
    private final class Execution {
        private final Map<String, AgentBuild> builds = new LinkedHashMap<>();

        Execution(Path folder) {
            parts.forEach(part ->
                    builds.put(part.target(), new AgentBuild(part.input(), part.log(), part.progress(), folder)));
        }

        CompletableFuture<Boolean> begin() {
            CompletableFuture<SortedMap<String, Boolean>> done = Async.begin(this::prepare);
            return Async.handle(
                    done,
                    (result, failure) -> Async.then(
                            finish(),
                            sent -> failure == null
                                    ? CompletableFuture.completedFuture(Boolean.TRUE)
                                    : CompletableFuture.failedFuture(explained(failure))));
        }

        private CompletableFuture<SortedMap<String, Boolean>> prepare() throws IOException, InterruptedException {
            SortedMap<String, Target> targets = new TreeMap<>();
            Set<String> more =
                    skipping == null ? Set.of() : skipping.connections().proxySecrets();
            for (Part part : parts) {
                AgentBuild build = builds.get(part.target());
                try {
                    targets.put(part.target(), new Target(part, build, build.prepared(more)));
                } catch (BuildkitException e) {
                    return CompletableFuture.failedFuture(failure(part.target(), e));
                }
            }
            return connect(targets);
        }

        private CompletableFuture<SortedMap<String, Boolean>> connect(SortedMap<String, Target> targets) {
            builds.values().forEach(build -> build.entered(BuildPhase.CONNECTING));
            CompletableFuture<BuildkitClient> connected = BuildkitClient.connectLater(endpoint);
            CompletableFuture<SortedMap<String, Boolean>> result = Async.then(
                    connected, client -> Async.then(changed(client, targets), changed -> run(client, changed)));
            result.whenComplete((value, failure) -> connected.thenAccept(BuildkitClient::close));
            return result;
        }

        /** Reports the targets that are skipped, and returns the others with those whose results they use. */
        private CompletableFuture<SortedMap<String, Target>> changed(
                BuildkitClient client, SortedMap<String, Target> targets) {
            if (skipping == null) {
                return CompletableFuture.completedFuture(targets);
            }
            BakeComparison comparison = new BakeComparison(client, targets, skipping.connections());
            return Async.then(
                    comparison.unchanged(),
                    unchanged -> Async.call(Async.BLOCKING, () -> {
                        unchanged.forEach((name, image) -> built.built(name, new BuildOutcome(null, image)));
                        return comparison.changed();
                    }));
        }

        private CompletableFuture<SortedMap<String, Boolean>> run(
                BuildkitClient client, SortedMap<String, Target> targets)
                throws BuildkitException.InvalidRequestException {
            SortedMap<String, PreparedTarget> prepared = new TreeMap<>();
            targets.forEach((name, target) -> prepared.put(
                    name,
                    new PreparedTarget(
                            target.prepared().request(),
                            target.prepared().content(),
                            target.part().check() ? TargetBuild.LINT : "")));
            BakeRun run = BakeRun.open(client, prepared, sharedKey);
            SortedMap<String, Supplier<CompletableFuture<Boolean>>> works = new TreeMap<>();
            targets.forEach((name, target) -> works.put(name, () -> Async.begin(() -> begin(client, run, target))));
            CompletableFuture<SortedMap<String, Boolean>> whole = run.together(works);
            whole.whenComplete((value, failure) -> run.close());
            return whole;
        }

        private CompletableFuture<Boolean> begin(BuildkitClient client, BakeRun run, Target target) {
            String name = target.part().target();
            target.build().entered(BuildPhase.STARTING);
            AgentBuild.Prepared prepared = target.prepared();
            if (skipping != null) {
                prepared.console().print(skipping.beginning());
            }
            if (target.part().check()) {
                return Async.call(Async.BLOCKING, () -> {
                    CheckReport.report(run.check(name), task.isFailOnWarning(), prepared.console());
                    return Boolean.TRUE;
                });
            }
            Requests requests = new Requests(run, name, prepared.request());
            CompletableFuture<FinishedBuild> finished =
                    task.on(client, requests, prepared.request(), prepared.content(), prepared.console());
            return Async.then(
                    finished,
                    build -> Async.call(Async.BLOCKING, () -> {
                        built.built(name, new BuildOutcome(build, null));
                        return Boolean.TRUE;
                    }));
        }

        /** Sends the remaining lines of all targets. */
        private CompletableFuture<Void> finish() {
            return CompletableFuture.allOf(
                    builds.values().stream().map(AgentBuild::finish).toArray(CompletableFuture[]::new));
        }

        private Throwable explained(Throwable failure) {
            return failure instanceof TargetFailedException target
                    ? failure(target.target(), target.getCause())
                    : builds.values().iterator().next().explained(failure, ACTIVITY);
        }

        /** Returns the failure of a target, unless it is the failure of the daemon, which concerns all targets. */
        private Throwable failure(String target, Throwable failure) {
            Throwable explained = builds.get(target).explained(failure, ACTIVITY);
            return explained.getClass() == AbortException.class
                    ? new BakeTargetException(target, "target '" + target + "': " + explained.getMessage())
                    : explained;
        }
    }

    /** The requests of one target. */
    private record Requests(BakeRun run, String target, BuildRequest first) implements BuildTask.Requests {
        @Override
        public RunningBuild begin(BuildRequest request, BuildListener listener) throws BuildkitException {
            return request.ref().equals(first.ref())
                    ? run.begin(target, listener)
                    : run.begin(target, request, listener);
        }

        @Override
        public Lint check(BuildRequest request) throws BuildkitException, InterruptedException {
            return run.check(target);
        }
    }
}
