// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.grpc.ManagedChannel;
import io.jenkins.plugins.treenq.buildkit.Attestation;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRecord;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CachePolicy;
import io.jenkins.plugins.treenq.buildkit.CacheRecord;
import io.jenkins.plugins.treenq.buildkit.DaemonInfo;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.HistoryEvent;
import io.jenkins.plugins.treenq.buildkit.HistoryQuery;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.Outline;
import io.jenkins.plugins.treenq.buildkit.SessionContent;
import io.jenkins.plugins.treenq.buildkit.Target;
import io.jenkins.plugins.treenq.buildkit.Worker;
import io.jenkins.plugins.treenq.buildkit.control.Cache;
import io.jenkins.plugins.treenq.buildkit.control.Contents;
import io.jenkins.plugins.treenq.buildkit.control.History;
import io.jenkins.plugins.treenq.buildkit.control.Workers;
import io.jenkins.plugins.treenq.buildkit.filesync.FileSyncService;
import io.jenkins.plugins.treenq.buildkit.gateway.FrontendAnswer;
import io.jenkins.plugins.treenq.buildkit.gateway.Subrequest;
import io.jenkins.plugins.treenq.buildkit.images.ImageSize;
import io.jenkins.plugins.treenq.buildkit.session.Session;
import io.jenkins.plugins.treenq.buildkit.solve.Solve;
import io.jenkins.plugins.treenq.buildkit.transport.DaemonChannel;
import io.jenkins.plugins.treenq.buildkit.transport.EventLoops;
import io.jenkins.plugins.treenq.buildkit.transport.Failures;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
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

    private BuildkitClient(Endpoint endpoint, EventLoops loops) throws BuildkitException.InvalidRequest {
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
        EventLoops loops = new EventLoops();
        BuildkitClient client = null;
        try {
            client = new BuildkitClient(endpoint, loops);
            client.info = client.askInfo();
            return client;
        } finally {
            if (client == null) {
                loops.close();
            } else if (client.info == null) {
                client.close();
            }
        }
    }

    private DaemonInfo askInfo() throws BuildkitException, InterruptedException {
        DaemonInfo answer = workers.info();
        if (!answer.atLeast(OLDEST_MINOR)) {
            throw new BuildkitException.Unreachable(
                    endpoint.address() + " is BuildKit " + answer.version() + "; update it to v0.12 or newer", null);
        }
        return answer;
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
        Instant start = Instant.now();
        Map<String, String> response = withSession(
                request,
                content,
                listener,
                (session, told) -> Solve.run(channel, endpoint, loops.workers(), told, session.id(), listener));
        BuildResult result = new BuildResult(request.ref(), response, Duration.between(start, Instant.now()));
        try {
            result.digest();
            result.imageId();
        } catch (IllegalArgumentException e) {
            throw new BuildkitException.DaemonFailed(
                    endpoint.address() + " answered with something else than the digest of an image", null);
        }
        return result;
    }

    /**
     * What the layers and configurations of an image add up to that was just built, in bytes; empty when the daemon does
     * not tell, whyever.
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

    /** Checks a Dockerfile without building it. */
    public Lint check(BuildRequest request, SessionContent content) throws BuildkitException, InterruptedException {
        return FrontendAnswer.lint(ask("frontend.lint", request, content));
    }

    /** What a target of a Dockerfile can be given: arguments, secrets, SSH agents, cache mounts. */
    public Outline outline(BuildRequest request, SessionContent content)
            throws BuildkitException, InterruptedException {
        return FrontendAnswer.outline(ask("frontend.outline", request, content), dockerfile(request));
    }

    /** The stages of a Dockerfile that can be built. */
    public List<Target> targets(BuildRequest request, SessionContent content)
            throws BuildkitException, InterruptedException {
        return FrontendAnswer.targets(ask("frontend.targets", request, content), dockerfile(request));
    }

    private Map<String, String> ask(String question, BuildRequest request, SessionContent content)
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
        return withSession(
                request,
                content,
                listener,
                (session, told) -> Subrequest.run(channel, endpoint, loops.workers(), told, session.id(), listener));
    }

    private interface Conversation {
        /** @param told the request in the daemon's terms */
        Map<String, String> hold(Session session, BuildRequest told) throws BuildkitException, InterruptedException;
    }

    private Map<String, String> withSession(
            BuildRequest request, SessionContent content, BuildListener listener, Conversation conversation)
            throws BuildkitException, InterruptedException {
        if (request.proxyNetwork() && !info.atLeast(PROXY_NETWORK_MINOR)) {
            throw new BuildkitException.InvalidRequest(
                    endpoint.address() + " is BuildKit " + info.version() + "; the proxy network needs v0.31 or newer");
        }
        AtomicReference<BuildkitException> ours = new AtomicReference<>();
        FileSyncService files = new FileSyncService(
                content.locals(), loops.workers(), failure -> ours.compareAndSet(null, failure));
        // In this order: what comes back is taken until the session is closed, and on disk when this returns.
        try (Results results = Results.of(
                        request, content, loops.workers(), failure -> ours.compareAndSet(null, failure), listener);
                Session session = Session.open(channel, loops, content, results.servicesAnd(files.intercepted()))) {
            awaitOpen(session);
            Map<String, String> response = conversation.hold(session, results.request());
            results.finish(response);
            return response;
        } catch (BuildkitException e) {
            // The daemon only repeats what this side told it, in longer words.
            throw ours.get() != null ? ours.get() : e;
        }
    }

    private void awaitOpen(Session session) throws BuildkitException, InterruptedException {
        try {
            session.opened().get(endpoint.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw Failures.connecting(e.getCause(), endpoint);
        } catch (TimeoutException e) {
            throw new BuildkitException.Unreachable(
                    endpoint.address() + " did not open a session within "
                            + endpoint.connectTimeout().toSeconds()
                            + " s; a proxy that does not pass HTTP/2 streams through may be in between",
                    null);
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
    public Optional<BuildResult> recall(String ref) throws BuildkitException, InterruptedException {
        return history.find(ref).flatMap(Recall::result);
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
