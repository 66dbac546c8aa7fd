// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

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
import io.jenkins.plugins.treenq.buildkit.control.DaemonInfo;
import io.jenkins.plugins.treenq.buildkit.control.History;
import io.jenkins.plugins.treenq.buildkit.control.HistoryBlobs;
import io.jenkins.plugins.treenq.buildkit.control.HistoryEvent;
import io.jenkins.plugins.treenq.buildkit.control.HistoryQuery;
import io.jenkins.plugins.treenq.buildkit.control.Worker;
import io.jenkins.plugins.treenq.buildkit.control.Workers;
import io.jenkins.plugins.treenq.buildkit.gateway.FrontendAnswer;
import io.jenkins.plugins.treenq.buildkit.gateway.FrontendInputs;
import io.jenkins.plugins.treenq.buildkit.gateway.GatewayBuild;
import io.jenkins.plugins.treenq.buildkit.gateway.Subrequest;
import io.jenkins.plugins.treenq.buildkit.images.ImageContentReader;
import io.jenkins.plugins.treenq.buildkit.images.ImageSize;
import io.jenkins.plugins.treenq.buildkit.progress.PlainPrinter;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.buildkit.solve.DaemonBuild;
import io.jenkins.plugins.treenq.buildkit.solve.Solve;
import io.jenkins.plugins.treenq.buildkit.solve.SolveRequests;
import io.jenkins.plugins.treenq.buildkit.threads.FutureOutcome;
import io.jenkins.plugins.treenq.buildkit.transport.ClientChannel;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
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

    /**
     * The time limit for the session on a connection that was kept, after which a new connection is made. It is shorter
     * than the time limit for connecting, because the network may have lost the connection without notice.
     */
    private static final Duration KEPT_CONNECTION_LIMIT = Duration.ofSeconds(3);

    private final DaemonConnection connection;
    private final Endpoint endpoint;
    private final EventLoops loops;
    private final ClientChannel channel;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Workers workers;
    private final Cache cache;
    private final History history;
    /** Whether the daemon has answered on this connection since the client has it. */
    private volatile boolean proven = true;

    private volatile Duration heartbeatPeriod = Heartbeat.PERIOD;

    private BuildkitClient(DaemonConnection connection) {
        this.connection = connection;
        this.endpoint = connection.endpoint();
        this.loops = connection.loops();
        this.channel = connection.channel();
        this.workers = new Workers(channel, endpoint);
        this.cache = new Cache(channel, endpoint);
        this.history = new History(channel, endpoint, connection::info);
    }

    /**
     * Connects to a daemon and requests its version, which proves that a BuildKit daemon answers.
     *
     * @throws BuildkitException if no daemon answers within the endpoint's time limit, if certificates are refused, or
     *     if the daemon is too old
     */
    public static BuildkitClient connect(Endpoint endpoint) throws BuildkitException, InterruptedException {
        return await(connectLater(endpoint));
    }

    /**
     * Connects like {@link #connect} for a client whose first operation is a build; see {@link #connectForBuildLater}.
     */
    public static BuildkitClient connectForBuild(Endpoint endpoint) throws BuildkitException, InterruptedException {
        return await(connectForBuildLater(endpoint));
    }

    private static BuildkitClient await(CompletableFuture<BuildkitClient> connected)
            throws BuildkitException, InterruptedException {
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
        BuildkitClient client;
        try {
            client = new BuildkitClient(new DaemonConnection(endpoint));
        } catch (BuildkitException | RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<BuildkitClient> connected = client.asked();
        connected.whenComplete((checked, failure) -> {
            if (failure != null) {
                client.connection.close();
            }
        });
        return connected;
    }

    /**
     * Connects like {@link #connectLater} for a client whose first operation is a build. If an earlier client has left
     * a connection, the daemon is not asked first, which would take a round trip: if the connection turns out to be
     * lost, the build connects anew.
     */
    public static CompletableFuture<BuildkitClient> connectForBuildLater(Endpoint endpoint) {
        Optional<DaemonConnection> kept = IdleConnections.shared().take(endpoint);
        if (kept.isEmpty()) {
            return connectLater(endpoint);
        }
        BuildkitClient client = new BuildkitClient(kept.get());
        client.proven = false;
        return CompletableFuture.completedFuture(client);
    }

    /** Requests the daemon's version. */
    private CompletableFuture<BuildkitClient> asked() {
        return workers.infoLater().thenApply(this::checked);
    }

    private CompletableFuture<BuildkitClient> reconnected() {
        connection.reconnect();
        return asked();
    }

    private Duration keptLimit() {
        return endpoint.connectTimeout().compareTo(KEPT_CONNECTION_LIMIT) < 0
                ? endpoint.connectTimeout()
                : KEPT_CONNECTION_LIMIT;
    }

    /**
     * Closes the connections that earlier clients have left for the next build. Without this method, each of them is
     * closed after a minute.
     */
    public static void closeIdleConnections() {
        IdleConnections.shared().close();
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
        try (PlainPrinter printer = new PlainPrinter(line -> {}, (vertex, line) -> {});
                BuildkitClient client = new BuildkitClient(new DaemonConnection(nowhere))) {
            SolveRequests.build(request, "").toByteArray();
            client.connection.setInfo(new DaemonInfo("", "", "", ""));
            client.build(request, nothing, printer);
        } catch (BuildkitException e) {
            // No daemon listens at this address.
        }
    }

    private BuildkitClient checked(DaemonInfo answer) {
        if (!answer.atLeast(OLDEST_MINOR)) {
            throw new CompletionException(new BuildkitException.UnreachableException(
                    endpoint.address() + " is BuildKit " + answer.version() + "; update it to v0.12 or newer", null));
        }
        connection.setInfo(answer);
        proven = true;
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
        for (Map.Entry<String, String> link : TargetLinks.of(request).entrySet()) {
            throw new BuildkitException.InvalidRequestException("the context '" + link.getKey()
                    + "' is the result of target '" + link.getValue()
                    + "', which only a bake can build together with it");
        }
        boolean kept = !proven;
        BuildSession session =
                open(request, content, listener, List.of(), kept ? keptLimit() : endpoint.connectTimeout());
        session.opened().thenRun(() -> proven = true);
        // The daemon may have received the first request, and rejects a second request with the same ref.
        RunningBuild.Reconnection anew =
                () -> reconnected().thenCompose(asked -> openLater(request.withNewRef(), content, listener));
        return begun((sent, id) -> solve(sent, id, listener), session, kept ? anew : null, listener);
    }

    /**
     * Starts one of the builds of a bake.
     *
     * @param shared sessions that the build uses together with others
     */
    RunningBuild begin(
            BuildRequest request,
            SessionContent content,
            BuildListener listener,
            List<BuildSession> shared,
            RunningBuild.Start start)
            throws BuildkitException.InvalidRequestException {
        return begun(start, openOnProven(request, content, listener, shared), null, listener);
    }

    private RunningBuild begun(
            RunningBuild.Start start,
            BuildSession session,
            RunningBuild.Reconnection reconnection,
            BuildListener listener) {
        RunningBuild build = new RunningBuild(endpoint, loops.workers(), start, session, reconnection, listener);
        build.begin();
        return build;
    }

    /** Sends a build to the daemon, which runs the frontend. */
    DaemonBuild solve(BuildRequest request, String sessionId, BuildListener listener) throws BuildkitException {
        return Solve.start(channel, endpoint, loops.workers(), SolveRequests.build(request, sessionId), listener);
    }

    /** Sends a build to the daemon whose frontend this client runs. */
    GatewayBuild gatewayBuild(
            FrontendInputs inputs, String sessionId, BuildListener listener, GatewayBuild.Continuation continuation) {
        return GatewayBuild.start(channel, endpoint, loops.workers(), inputs, sessionId, listener, continuation);
    }

    /** Returns the pool that runs what may block. */
    Executor workerPool() {
        return loops.workers();
    }

    /** Opens a session on a connection on which the daemon has already answered. */
    BuildSession openOnProven(
            BuildRequest request, SessionContent content, BuildListener listener, List<BuildSession> shared)
            throws BuildkitException.InvalidRequestException {
        return open(request, content, listener, shared, endpoint.connectTimeout());
    }

    private CompletableFuture<BuildSession> openLater(
            BuildRequest request, SessionContent content, BuildListener listener) {
        try {
            return CompletableFuture.completedFuture(openOnProven(request, content, listener, List.of()));
        } catch (BuildkitException e) {
            return CompletableFuture.failedFuture(e);
        }
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

    private BuildSession open(
            BuildRequest request,
            SessionContent content,
            BuildListener listener,
            List<BuildSession> shared,
            Duration limit)
            throws BuildkitException.InvalidRequestException {
        DaemonInfo info = info();
        if (request.proxyNetwork() && !info.atLeast(PROXY_NETWORK_MINOR)) {
            throw new BuildkitException.InvalidRequestException(
                    endpoint.address() + " is BuildKit " + info.version() + "; the proxy network needs v0.31 or newer");
        }
        return BuildSession.open(
                channel, endpoint, loops, connection.compression(), request, content, listener, shared, limit);
    }

    /**
     * Returns the total size of the layers and configurations of an image that was just built, in bytes; empty if the
     * daemon does not send them.
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
        HistoryBlobs contents = new HistoryBlobs(channel, endpoint);
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
        return FrontendAnswer.lint(query(TargetBuild.LINT, request, content));
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
        return frontendAnswer(request, content, listener, List.of(), FrontendInputs::new);
    }

    /** @param inputs adds the results of other builds to the request */
    Map<String, String> frontendAnswer(
            BuildRequest request,
            SessionContent content,
            BuildListener listener,
            List<BuildSession> shared,
            Function<BuildRequest, FrontendInputs> inputs)
            throws BuildkitException, InterruptedException {
        try (BuildSession session = openOnProven(request, content, listener, shared)) {
            try {
                FutureOutcome.get(session.opened(), BuildkitException.class);
                session.begin();
                Map<String, String> answer = Subrequest.run(
                        channel, endpoint, loops.workers(), inputs.apply(session.request()), session.id(), listener);
                session.finish(answer);
                return answer;
            } catch (BuildkitException e) {
                return FutureOutcome.get(
                        CompletableFuture.failedFuture(session.failure().explaining(e)), BuildkitException.class);
            }
        }
    }

    // --- the daemon

    /** Keeps the connection open during a call without a session, to which the daemon may not respond for long. */
    private Heartbeat heartbeat() {
        return Heartbeat.start(loops.workers(), heartbeatPeriod, workers::infoLater);
    }

    void setHeartbeatPeriod(Duration period) {
        heartbeatPeriod = period;
    }

    /** Returns the information that the daemon sent when the client connected. */
    public DaemonInfo info() {
        return connection.info();
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
        try (Heartbeat ignored = heartbeat()) {
            return cache.usage(filters);
        }
    }

    /** Deletes the cache records that the policy does not keep; see {@link Cache#prune}. */
    public void prune(CachePolicy policy, Consumer<CacheRecord> pruned) throws BuildkitException, InterruptedException {
        try (Heartbeat ignored = heartbeat()) {
            cache.prune(policy, pruned);
        }
    }

    // --- history

    /** Returns builds of the daemon's history, which are running or have ended. */
    public List<BuildRecord> history(HistoryQuery query) throws BuildkitException, InterruptedException {
        return history.list(query);
    }

    /** Returns the number of builds of all clients that are running in the daemon; see {@link History#runningLater}. */
    public CompletableFuture<Integer> runningBuildsLater() {
        return history.runningLater();
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
        try (Heartbeat ignored = heartbeat()) {
            history.follow(query, listener);
        }
    }

    /** Sends the listener the progress of a build from its start to its end. The build may be running or have ended. */
    public void logs(String ref, BuildListener listener) throws BuildkitException, InterruptedException {
        try (Heartbeat ignored = heartbeat()) {
            history.logs(ref, listener);
        }
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
        new HistoryBlobs(channel, endpoint).copy(digest, out);
    }

    /**
     * Closes the client. The connection is kept for a while for the next build, unless operations are running, which
     * this method ends.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (channel.release()) {
            IdleConnections.shared().put(connection);
        } else {
            connection.close();
        }
    }
}
