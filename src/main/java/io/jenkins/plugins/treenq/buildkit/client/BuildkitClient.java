// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.grpc.ManagedChannel;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.ImageContent;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.Outline;
import io.jenkins.plugins.treenq.buildkit.Target;
import io.jenkins.plugins.treenq.buildkit.control.Attestation;
import io.jenkins.plugins.treenq.buildkit.control.BuildRecord;
import io.jenkins.plugins.treenq.buildkit.control.Cache;
import io.jenkins.plugins.treenq.buildkit.control.CachePolicy;
import io.jenkins.plugins.treenq.buildkit.control.CacheRecord;
import io.jenkins.plugins.treenq.buildkit.control.Contents;
import io.jenkins.plugins.treenq.buildkit.control.DaemonInfo;
import io.jenkins.plugins.treenq.buildkit.control.History;
import io.jenkins.plugins.treenq.buildkit.control.HistoryEvent;
import io.jenkins.plugins.treenq.buildkit.control.HistoryQuery;
import io.jenkins.plugins.treenq.buildkit.control.Worker;
import io.jenkins.plugins.treenq.buildkit.control.Workers;
import io.jenkins.plugins.treenq.buildkit.gateway.FrontendAnswer;
import io.jenkins.plugins.treenq.buildkit.gateway.Subrequest;
import io.jenkins.plugins.treenq.buildkit.images.ImageContentReader;
import io.jenkins.plugins.treenq.buildkit.images.ImageSize;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import io.jenkins.plugins.treenq.buildkit.transport.DaemonChannel;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * A connection to one BuildKit daemon. Safe for use by several threads; any number of builds at once. An interrupt of
 * the calling thread ends what it waits for in the daemon too.
 */
public final class BuildkitClient implements AutoCloseable {
    /** Older daemons take the exporters in another form. */
    private static final int OLDEST_MINOR = 12;

    /** Older daemons would build without the proxy, and say nothing. */
    private static final int PROXY_NETWORK_MINOR = 31;

    private final Endpoint endpoint;
    private final EventLoops loops;
    private final ManagedChannel channel;
    private final Workers workers;
    private final Cache cache;
    private final History history;
    private DaemonInfo info;

    private BuildkitClient(Endpoint endpoint, EventLoops loops) throws BuildkitException.InvalidRequestException {
        this.endpoint = endpoint;
        this.loops = loops;
        this.channel = DaemonChannel.open(endpoint, loops);
        this.workers = new Workers(channel, endpoint);
        this.cache = new Cache(channel, endpoint);
        this.history = new History(channel, endpoint, () -> info);
    }

    /**
     * Connects, and asks the daemon for its version to prove that it is one.
     *
     * @throws BuildkitException when nobody answers in the endpoint's time, or certificates are refused
     */
    public static BuildkitClient connect(Endpoint endpoint) throws BuildkitException, InterruptedException {
        CompletableFuture<BuildkitClient> connected = connectLater(endpoint);
        try {
            return FutureOutcome.get(connected, BuildkitException.class);
        } catch (InterruptedException e) {
            if (!connected.cancel(true)) {
                connected.thenAccept(BuildkitClient::close);
            }
            throw e;
        }
    }

    /**
     * Connects like {@link #connect}, without a thread that waits. Cancelling the future ends the connection; what
     * depends on it must not block.
     */
    public static CompletableFuture<BuildkitClient> connectLater(Endpoint endpoint) {
        EventLoops loops = new EventLoops();
        BuildkitClient client;
        try {
            client = new BuildkitClient(endpoint, loops);
        } catch (BuildkitException | RuntimeException | Error e) {
            loops.close();
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<BuildkitClient> connected = client.workers.infoLater().thenApply(client::checked);
        connected.whenComplete((checked, failure) -> {
            if (failure != null) {
                client.close();
            }
        });
        return connected;
    }

    private BuildkitClient checked(DaemonInfo answer) {
        if (!answer.atLeast(OLDEST_MINOR)) {
            throw new CompletionException(new BuildkitException.UnreachableException(
                    endpoint.address() + " is BuildKit " + answer.version() + "; update it to v0.12 or newer", null));
        }
        info = answer;
        return this;
    }

    // --- builds

    /**
     * Builds.
     *
     * @param listener hears the build's events as they come; all of them before this returns. What it throws ends the
     *     build and is thrown here
     */
    public BuildResult build(BuildRequest request, SessionContent content, BuildListener listener)
            throws BuildkitException, InterruptedException {
        return begin(request, content, listener).await();
    }

    /**
     * Begins a build like {@link #build}, without a thread that waits for its end.
     *
     * @param listener hears the build's events as they come, one at a time, on a thread that all clients share. It may
     *     take as long as it likes: the daemon waits
     */
    public RunningBuild begin(BuildRequest request, SessionContent content, BuildListener listener)
            throws BuildkitException.InvalidRequestException {
        RunningBuild build =
                new RunningBuild(channel, endpoint, loops.workers(), open(request, content, listener), listener);
        build.begin();
        return build;
    }

    /**
     * Says in other words than the daemon why a build failed, as far as the files of this side, the frontend and
     * registries tell: which pattern leaves out a file that is missing, which stages and platforms there are. It may
     * take as long as their answers do.
     *
     * @param registries how they are reached; null when they are not to be asked
     * @return the failure itself when nothing more is known
     */
    public BuildkitException.BuildFailedException explained(
            BuildkitException.BuildFailedException failure,
            BuildRequest request,
            SessionContent content,
            RegistryConnections registries)
            throws InterruptedException {
        return new FailureExplanation(this, request, content, registries).of(failure);
    }

    private BuildSession open(BuildRequest request, SessionContent content, BuildListener listener)
            throws BuildkitException.InvalidRequestException {
        if (request.proxyNetwork() && !info.atLeast(PROXY_NETWORK_MINOR)) {
            throw new BuildkitException.InvalidRequestException(
                    endpoint.address() + " is BuildKit " + info.version() + "; the proxy network needs v0.31 or newer");
        }
        return BuildSession.open(channel, endpoint, loops, request, content, listener);
    }

    /**
     * What the layers and configurations of an image add up to that was just built, in bytes; empty when the daemon
     * does not tell, whyever.
     */
    public OptionalLong imageSizeBytes(Digest image) throws InterruptedException {
        Contents contents = new Contents(channel, endpoint);
        return ImageSize.of(image, digest -> {
            try {
                return Optional.of(contents.read(digest));
            } catch (BuildkitException e) {
                return Optional.empty();
            }
        });
    }

    /** What an image consists of that was just built; what the daemon does not tell of it is left out. */
    public ImageContent imageContent(Digest image) throws InterruptedException {
        Contents contents = new Contents(channel, endpoint);
        return ImageContentReader.read(image, digest -> {
            try {
                return Optional.of(contents.read(digest));
            } catch (BuildkitException e) {
                return Optional.empty();
            }
        });
    }

    /** Checks a Dockerfile without building it. */
    public Lint check(BuildRequest request, SessionContent content) throws BuildkitException, InterruptedException {
        return FrontendAnswer.lint(query("frontend.lint", request, content));
    }

    /** What a target of a Dockerfile can be given: arguments, secrets, SSH agents, cache mounts. */
    public Outline outline(BuildRequest request, SessionContent content)
            throws BuildkitException, InterruptedException {
        return FrontendAnswer.outline(query("frontend.outline", request, content), dockerfile(request));
    }

    /** The stages of a Dockerfile that can be built. */
    public List<Target> targets(BuildRequest request, SessionContent content)
            throws BuildkitException, InterruptedException {
        return FrontendAnswer.targets(query("frontend.targets", request, content), dockerfile(request));
    }

    private Map<String, String> query(String question, BuildRequest request, SessionContent content)
            throws BuildkitException, InterruptedException {
        // Its own name: the request's is for the build.
        BuildRequest asking = BuildRequest.builder()
                .frontend(request.frontend())
                .options(request.options())
                .option(Subrequest.OPTION, question)
                .cacheImports(request.cacheImports())
                .entitlements(request.entitlements())
                .sourcePolicy(request.sourcePolicy())
                .build();
        return frontendAnswer(asking, content, BuildListener.NONE);
    }

    private static String dockerfile(BuildRequest request) {
        return request.options().getOrDefault("filename", "Dockerfile");
    }

    /**
     * Lets a frontend answer the question that is the request's option {@code requestid}, such as
     * {@code frontend.subrequests.describe}, instead of building.
     *
     * @return the answer's parts, such as {@code result.json} and {@code result.txt}
     */
    public Map<String, String> frontendAnswer(BuildRequest request, SessionContent content, BuildListener listener)
            throws BuildkitException, InterruptedException {
        try (BuildSession session = open(request, content, listener)) {
            try {
                FutureOutcome.get(session.opened(), BuildkitException.class);
                session.begin();
                Map<String, String> answer =
                        Subrequest.run(channel, endpoint, loops.workers(), session.request(), session.id(), listener);
                session.finish(answer);
                return answer;
            } catch (BuildkitException e) {
                return FutureOutcome.get(
                        CompletableFuture.failedFuture(session.failure().explaining(e)), BuildkitException.class);
            }
        }
    }

    // --- the daemon

    /** What the daemon said of its version when the connection was made. */
    public DaemonInfo info() {
        return info;
    }

    /** The daemon's workers. */
    public List<Worker> workers() throws BuildkitException, InterruptedException {
        return workers(List.of());
    }

    /** Those of the daemon's workers that fit one of the filters; see {@link Workers#list}. */
    public List<Worker> workers(List<String> filters) throws BuildkitException, InterruptedException {
        return workers.list(filters);
    }

    /** What is on the daemon's disk, the largest last; see {@link Cache#usage}. */
    public List<CacheRecord> diskUsage(List<String> filters) throws BuildkitException, InterruptedException {
        return cache.usage(filters);
    }

    /** Deletes from the daemon's disk what the policy does not keep; see {@link Cache#prune}. */
    public void prune(CachePolicy policy, Consumer<CacheRecord> pruned) throws BuildkitException, InterruptedException {
        cache.prune(policy, pruned);
    }

    // --- history

    /** The builds of the daemon's history, running or ended. */
    public List<BuildRecord> history(HistoryQuery query) throws BuildkitException, InterruptedException {
        return history.list(query);
    }

    /** The build of that name in the daemon's history, running or ended. */
    public Optional<BuildRecord> history(String ref) throws BuildkitException, InterruptedException {
        return history.find(ref);
    }

    /**
     * How a build ended that nobody waited for; empty unless it is in the history and succeeded. What the exporters
     * answered is told as far as the daemon kept it: digest and descriptor of the image.
     */
    public Optional<BuildResult> historyResult(String ref) throws BuildkitException, InterruptedException {
        return history.find(ref).flatMap(HistoryResult::result);
    }

    /** Tells of the builds that are known, then of all that happens, until an interrupt. */
    public void followHistory(HistoryQuery query, Consumer<HistoryEvent> listener)
            throws BuildkitException, InterruptedException {
        history.follow(query, listener);
    }

    /** Tells the progress of a build, running or ended, from its start to its end. */
    public void logs(String ref, BuildListener listener) throws BuildkitException, InterruptedException {
        history.logs(ref, listener);
    }

    /** Why a build failed, with the place in the Dockerfile; empty when it did not. */
    public Optional<BuildkitException> failure(String ref) throws BuildkitException, InterruptedException {
        return history.failure(ref);
    }

    /** How a build's results came about, one for each platform; see {@link History#provenance}. */
    public List<Attestation> provenance(String ref) throws BuildkitException, InterruptedException {
        return history.provenance(ref);
    }

    /** Forgets a build that ended. */
    public void deleteHistory(String ref) throws BuildkitException, InterruptedException {
        history.delete(ref);
    }

    /** Keeps a build that ended whatever its age, or no longer. */
    public void pinHistory(String ref, boolean pinned) throws BuildkitException, InterruptedException {
        history.pin(ref, pinned);
    }

    /** Copies a blob that the history points to. */
    public void blob(Digest digest, OutputStream out) throws BuildkitException, InterruptedException, IOException {
        new Contents(channel, endpoint).copy(digest, out);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loops.close();
    }
}
