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
import io.jenkins.plugins.treenq.buildkit.progress.PlainPrinter;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.buildkit.solve.SolveRequests;
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
import java.util.function.UnaryOperator;

/**
 * A connection to one BuildKit daemon. A client is safe for use by several threads and runs any number of builds at the
 * same time. An interrupt of the calling thread cancels the operation in the daemon, too.
 */
public final class BuildkitClient implements AutoCloseable {
    /**
     * The oldest supported daemon is v0.12, because older daemons expect the exporters in other fields of the request.
     */
    private static final int OLDEST_MINOR = 12;

    /** Proxy networks need v0.31, because older daemons ignore the field and build without the proxy. */
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
     * Connects to a daemon and requests its version, which proves that a BuildKit daemon answers.
     *
     * @throws BuildkitException if no daemon answers within the endpoint's time limit, if certificates are refused, or
     *     if the daemon is too old
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
     * Connects like {@link #connect} without blocking a thread. Cancelling the future closes the connection. Dependent
     * actions of the future must not block.
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

    /**
     * Lets a JVM load the classes that its first build needs, by a build on a daemon that does not exist. This does not
     * connect to anything, and takes a second or two of processor time in a new JVM.
     */
    public static void warmUp() throws InterruptedException {
        BuildRequest request = BuildRequest.builder()
                .ref(BuildRequest.newRef())
                .frontend("dockerfile.v0")
                .build();
        Endpoint nowhere = Endpoint.of("unix:///nowhere/" + request.ref(), null);
        SessionContent nothing = new SessionContent(Map.of(), host -> Optional.empty(), id -> Optional.empty(), "");
        EventLoops loops = new EventLoops();
        try (PlainPrinter printer = new PlainPrinter(line -> {}, (vertex, line) -> {});
                BuildkitClient client = new BuildkitClient(nowhere, loops)) {
            SolveRequests.build(request, "").toByteArray();
            client.info = new DaemonInfo("", "", "", "");
            client.build(request, nothing, printer);
        } catch (BuildkitException e) {
            // Nothing answers there.
        } finally {
            loops.close();
        }
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
     * Executes a build and waits for the result.
     *
     * @param listener receives the events of the build while it runs, and all of them before this method returns. An
     *     exception of the listener ends the build and is thrown by this method
     */
    public BuildResult build(BuildRequest request, SessionContent content, BuildListener listener)
            throws BuildkitException, InterruptedException {
        return begin(request, content, listener).await();
    }

    /**
     * Starts a build like {@link #build} without blocking a thread.
     *
     * @param listener receives the events of the build, one at a time, on a thread of the pool that all clients share.
     *     The listener may block: until it returns, the client takes no further events from the daemon
     */
    public RunningBuild begin(BuildRequest request, SessionContent content, BuildListener listener)
            throws BuildkitException.InvalidRequestException {
        RunningBuild build =
                new RunningBuild(channel, endpoint, loops.workers(), open(request, content, listener), listener);
        build.begin();
        return build;
    }

    /**
     * Explains a failure in more detail than the daemon, from the files of the build, the frontend and registries: for
     * example the pattern that excludes a missing file, or the stages and platforms that exist. This method waits for
     * the frontend and for registries.
     *
     * @param registries connections of registries; null if registries must not be asked
     * @return the same failure if there is nothing to add
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
     * Returns the total size of the layers and configurations of an image that was just built, in bytes; empty if the
     * daemon does not send them, for whatever reason.
     */
    public OptionalLong imageSizeBytes(Digest image) throws InterruptedException {
        return ImageSize.of(image, manifests());
    }

    /**
     * Returns the content of an image that was just built, without the parts that the daemon does not send.
     *
     * @param mask function that masks the secrets in a text
     */
    public ImageContent imageContent(Digest image, UnaryOperator<String> mask) throws InterruptedException {
        return ImageContentReader.read(image, manifests(), mask);
    }

    private ImageSize.Manifests manifests() {
        Contents contents = new Contents(channel, endpoint);
        return digest -> {
            try {
                return Optional.of(contents.read(digest, ImageContentReader.MAX_BLOB_BYTES));
            } catch (BuildkitException e) {
                return Optional.empty();
            }
        };
    }

    /** Runs the frontend's build checks for a Dockerfile without building it. */
    public Lint check(BuildRequest request, SessionContent content) throws BuildkitException, InterruptedException {
        return FrontendAnswer.lint(query("frontend.lint", request, content));
    }

    /** Returns the parameters of the target: build arguments, secrets, SSH agents and cache mounts. */
    public Outline outline(BuildRequest request, SessionContent content)
            throws BuildkitException, InterruptedException {
        return FrontendAnswer.outline(query("frontend.outline", request, content), dockerfile(request));
    }

    /** Returns the stages of a Dockerfile that can be built. */
    public List<Target> targets(BuildRequest request, SessionContent content)
            throws BuildkitException, InterruptedException {
        return FrontendAnswer.targets(query("frontend.targets", request, content), dockerfile(request));
    }

    private Map<String, String> query(String subrequest, BuildRequest request, SessionContent content)
            throws BuildkitException, InterruptedException {
        // The subrequest gets a ref of its own, because the request's ref belongs to the build.
        BuildRequest query = BuildRequest.builder()
                .frontend(request.frontend())
                .options(request.options())
                .option(Subrequest.OPTION, subrequest)
                .cacheImports(request.cacheImports())
                .entitlements(request.entitlements())
                .sourcePolicy(request.sourcePolicy())
                .build();
        return frontendAnswer(query, content, BuildListener.NONE);
    }

    private static String dockerfile(BuildRequest request) {
        return request.options().getOrDefault("filename", "Dockerfile");
    }

    /**
     * Executes a subrequest of the frontend, such as {@code frontend.subrequests.describe}, instead of building. The
     * request's option {@code requestid} names the subrequest.
     *
     * @return the metadata of the frontend's result by key, such as {@code result.json} and {@code result.txt}
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

    /** Returns the information that the daemon sent when the client connected. */
    public DaemonInfo info() {
        return info;
    }

    /** Returns the daemon's workers. */
    public List<Worker> workers() throws BuildkitException, InterruptedException {
        return workers(List.of());
    }

    /** Returns the daemon's workers that match at least one of the filters; see {@link Workers#list}. */
    public List<Worker> workers(List<String> filters) throws BuildkitException, InterruptedException {
        return workers.list(filters);
    }

    /** Returns the records of the daemon's cache, from the smallest to the largest; see {@link Cache#usage}. */
    public List<CacheRecord> diskUsage(List<String> filters) throws BuildkitException, InterruptedException {
        return cache.usage(filters);
    }

    /** Deletes the cache records that the policy does not keep; see {@link Cache#prune}. */
    public void prune(CachePolicy policy, Consumer<CacheRecord> pruned) throws BuildkitException, InterruptedException {
        cache.prune(policy, pruned);
    }

    // --- history

    /** Returns builds of the daemon's history, which are running or have ended. */
    public List<BuildRecord> history(HistoryQuery query) throws BuildkitException, InterruptedException {
        return history.list(query);
    }

    /** Returns the build with this ref from the daemon's history; empty if the history has no such build. */
    public Optional<BuildRecord> history(String ref) throws BuildkitException, InterruptedException {
        return history.find(ref);
    }

    /**
     * Returns the result of a build from the daemon's history, for example after the client that started the build was
     * lost. The result is empty unless the history has the build and the build succeeded. The metadata is limited to
     * what the daemon keeps: the digest and the descriptor of the image.
     */
    public Optional<BuildResult> historyResult(String ref) throws BuildkitException, InterruptedException {
        return history.find(ref).flatMap(HistoryResult::result);
    }

    /**
     * Sends the listener the builds that the daemon knows, then every change of a build, until the thread is
     * interrupted.
     */
    public void followHistory(HistoryQuery query, Consumer<HistoryEvent> listener)
            throws BuildkitException, InterruptedException {
        history.follow(query, listener);
    }

    /** Sends the listener the progress of a build from its start to its end. The build may be running or have ended. */
    public void logs(String ref, BuildListener listener) throws BuildkitException, InterruptedException {
        history.logs(ref, listener);
    }

    /** Returns the failure of a build, with its location in the Dockerfile; empty if the build did not fail. */
    public Optional<BuildkitException> failure(String ref) throws BuildkitException, InterruptedException {
        return history.failure(ref);
    }

    /** Returns the provenance of a build, one for each platform; see {@link History#provenance}. */
    public List<Attestation> provenance(String ref) throws BuildkitException, InterruptedException {
        return history.provenance(ref);
    }

    /** Deletes a build that has ended from the history. */
    public void deleteHistory(String ref) throws BuildkitException, InterruptedException {
        history.delete(ref);
    }

    /** Pins a build that has ended, so that the daemon keeps its record regardless of age, or unpins the build. */
    public void pinHistory(String ref, boolean pinned) throws BuildkitException, InterruptedException {
        history.pin(ref, pinned);
    }

    /** Copies a blob that a record of the history refers to. */
    public void blob(Digest digest, OutputStream out) throws BuildkitException, InterruptedException, IOException {
        new Contents(channel, endpoint).copy(digest, out);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loops.close();
    }
}
