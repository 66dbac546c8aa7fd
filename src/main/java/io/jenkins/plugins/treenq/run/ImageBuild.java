// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.Util;
import hudson.console.HyperlinkNote;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.ImageContent;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.FileOutput;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.JobConfiguration;
import io.jenkins.plugins.treenq.config.Registry;
import io.jenkins.plugins.treenq.config.ScopedItem;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.parameters.BuildCache;
import io.jenkins.plugins.treenq.parameters.SshAgentAccess;
import io.jenkins.plugins.treenq.pool.DaemonPool;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.DockerfileCheck;
import io.jenkins.plugins.treenq.report.ImageArchive;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.timeline.ImageRecord;
import io.jenkins.plugins.treenq.timeline.LiveTimeline;
import io.jenkins.plugins.treenq.timeline.ProgressSink;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import jenkins.model.Jenkins;
import jenkins.security.HMACConfidentialKey;

/** Carries out an order for a run: the one way to an image, for Pipeline and freestyle alike. */
public final class ImageBuild {
    /** Who knows the key of a context in the daemon can read it, so a job's name alone does not make one. */
    private static final HMACConfidentialKey CONTEXT_KEY = new HMACConfidentialKey(ImageBuild.class, "context");

    private final ImageOrder order;
    private final Run<?, ?> run;
    private final ConsoleMask mask;
    private TaskListener listener;
    private boolean besideOthers;

    /** What was said of where it is built; work is sent from several threads. */
    private final Set<String> begun = ConcurrentHashMap.newKeySet();

    /** Null until it is known that it is allowed. */
    private DockerfileBuild build;

    /** @param mask hides what the listener hides */
    public ImageBuild(ImageOrder order, Run<?, ?> run, TaskListener listener, ConsoleMask mask) {
        this.order = order;
        this.run = run;
        this.listener = listener;
        this.mask = mask;
    }

    /**
     * The same where other builds of the run may be under way at the same time, so that lines of the log have to be
     * told apart.
     */
    public ImageBuild besideOthers(boolean others) {
        besideOthers = others;
        return this;
    }

    /**
     * Builds wherever there is a place. No thread waits for any of it:
     *
     * <pre>
     * earlier build ──► tags there already? ──► a place ──► remembered ──► the agent builds ──► recorded ──► its image
     *   │ the daemon finished it      │            ▲                          │
     *   └──► recorded ──► its image   └──► image   └─── after a pause ────────┘ daemon not reached
     * </pre>
     *
     * @param folder where the job works; files are relative to it. Null when there is none: the daemon fetches
     *     everything
     * @param env tells what the whole workspace is
     * @param journal remembers the build
     * @return the image; exceptionally an {@link AbortException} when something foreseeable kept the build from
     *     succeeding, whose message is for the user. Canceling it stops the build
     */
    public CompletableFuture<BuiltImage> start(
            @CheckForNull FilePath folder, @CheckForNull EnvVars env, BuildJournal journal) {
        ConsolePrefix prefix = ConsolePrefix.begin(run, order.build(), besideOthers);
        listener = prefix.before(listener);
        CompletableFuture<BuiltImage> image = begun(folder, env, journal);
        image.whenComplete((built, failure) -> prefix.end());
        return image;
    }

    private CompletableFuture<BuiltImage> begun(
            @CheckForNull FilePath folder, @CheckForNull EnvVars env, BuildJournal journal) {
        return Async.begin(() -> {
            BegunBuild earlier = known(journal.begun());
            return earlier == null
                    ? unlessPresent(null, folder, env, journal)
                    : Async.then(
                            recall(earlier, folder, env),
                            image -> image.isPresent()
                                    ? CompletableFuture.completedFuture(image.get())
                                    : unlessPresent(earlier.site(), folder, env, journal));
        });
    }

    /** Null also when the builder of the earlier build was renamed or removed, where nobody can ask for it any more. */
    @CheckForNull
    private BegunBuild known(@CheckForNull BegunBuild earlier) {
        if (earlier == null
                || JobConfiguration.of(run.getParent()).builders().stream()
                        .anyMatch(builder ->
                                builder.item().getName().equals(earlier.site().builder()))) {
            return earlier;
        }
        listener.getLogger()
                .println("builder '" + earlier.site().builder()
                        + "', which had begun the build, is not configured any more;" + " building again");
        return null;
    }

    /**
     * The build has its number and its page from here on, so that a run shows its builds in the order in which it asked
     * for them.
     */
    private CompletableFuture<BuiltImage> unlessPresent(
            @CheckForNull Site earlier, @CheckForNull FilePath folder, @CheckForNull EnvVars env, BuildJournal journal)
            throws IOException {
        requireAllowed();
        LiveTimeline timeline = timeline(order.build().subject());
        BegunBuild interrupted = journal.begun();
        if (interrupted != null) {
            ImagesAction.of(run).continued(interrupted.ref(), timeline.number());
        }
        CompletableFuture<BuiltImage> image = Async.begin(() -> unlessPresent(timeline, earlier, folder, env, journal));
        return followed(
                timeline,
                image,
                built -> built.isSkipped()
                        ? timeline.skipped(Util.fixNull(built.getDigest()))
                        : timeline.succeeded(Util.fixNull(built.getDigest())));
    }

    /** Nothing is built where the image is there already, and that is reason enough. */
    private CompletableFuture<BuiltImage> unlessPresent(
            LiveTimeline timeline,
            @CheckForNull Site earlier,
            @CheckForNull FilePath folder,
            @CheckForNull EnvVars env,
            BuildJournal journal)
            throws AbortException {
        if (!order.skipIfPresent() || order.tagsToSkip().isEmpty()) {
            return build(timeline, earlier, folder, env, journal);
        }
        CompletableFuture<Optional<BuiltImage>> present =
                Async.call(Async.ASKING, () -> new RegistryImages(run, listener).present(order, timeline));
        return Async.then(present, image -> {
            if (image.isEmpty()) {
                return build(timeline, earlier, folder, env, journal);
            }
            timeline.image(record(image.get(), null));
            return CompletableFuture.completedFuture(image.get());
        });
    }

    private CompletableFuture<BuiltImage> build(
            LiveTimeline timeline,
            @CheckForNull Site earlier,
            @CheckForNull FilePath folder,
            @CheckForNull EnvVars env,
            BuildJournal journal)
            throws AbortException {
        // A divided build is built again after a restart, with what is in the builders' caches.
        Map<String, List<String>> builders = earlier == null ? divided() : Map.of();
        if (builders.size() > 1) {
            if (order.skipIfUnchanged()) {
                listener.getLogger()
                        .println("WARNING: the image is built, for what several builders make it of is not compared");
            }
            String names = String.join(", ", builders.keySet());
            timeline.divided(names);
            return Async.then(
                    new PlatformBuilds(order, run, listener, mask, builders).start(folder, env),
                    build -> CompletableFuture.completedFuture(recorded(timeline, build, names)));
        }
        return atADaemon(
                selection(ControllerDaemonPool.get(), earlier),
                timeline,
                site -> Async.then(
                        journal.begins(new BegunBuild(order.build().request().ref(), site)),
                        remembered -> buildAt(timeline, site, folder, env)));
    }

    private Map<String, List<String>> divided() throws AbortException {
        return order.builder() == null && order.build().isDivisible()
                ? JobConfiguration.of(run.getParent()).divide(order.build().platforms())
                : Map.of();
    }

    /** Builds a part of an image wherever there is a place; the part itself is no image to record. */
    CompletableFuture<FinishedBuild> part(@CheckForNull FilePath folder, @CheckForNull EnvVars env) {
        String subject =
                order.build().subject() + " (" + String.join(", ", order.build().platforms()) + ")";
        return Async.begin(() -> {
            requireAllowed();
            LiveTimeline timeline = timeline(subject);
            CompletableFuture<FinishedBuild> part = atADaemon(
                    selection(ControllerDaemonPool.get(), null),
                    timeline,
                    site -> Async.begin(() -> send(building(folder), site, folder, env, timeline)));
            CompletableFuture<FinishedBuild> ended = Async.then(part, build -> {
                FinishedBuild whole = ended(timeline, build);
                timeline.image(record(built(timeline.number(), whole, ""), whole.content()));
                return CompletableFuture.completedFuture(whole);
            });
            return followed(timeline, ended, build -> timeline.succeeded(build.digest()));
        });
    }

    private CompletableFuture<BuiltImage> buildAt(
            LiveTimeline timeline, Site site, @CheckForNull FilePath folder, @CheckForNull EnvVars env) {
        return Async.then(
                Async.begin(() -> possible(timeline, site, folder, env)),
                build -> CompletableFuture.completedFuture(recorded(timeline, build, site)));
    }

    private CompletableFuture<PossibleBuild> possible(
            LiveTimeline timeline, Site site, @CheckForNull FilePath folder, @CheckForNull EnvVars env)
            throws IOException, InterruptedException {
        List<ImageName> tags = order.tagsToSkip();
        if (!order.skipIfUnchanged() || tags.isEmpty()) {
            return Async.then(
                    send(building(folder), site, folder, env, timeline),
                    build -> CompletableFuture.completedFuture(new PossibleBuild(build, null)));
        }
        BuildTask building = building(folder);
        // Nothing may have to be built, so it is said when something is.
        return send(
                new SkipIfUnchangedTask(
                        building,
                        tags,
                        RegistryAccess.connections(run),
                        Registry.otherConnection(),
                        begins(building, site)),
                site,
                folder,
                env,
                timeline);
    }

    private BuiltImage recorded(LiveTimeline timeline, PossibleBuild build, Site site)
            throws IOException, InterruptedException {
        FinishedBuild built = build.built();
        ImageDescription unchanged = build.unchanged();
        if (built != null) {
            return recorded(timeline, built, site.builder());
        }
        BuiltImage image = recorded(BuiltImage.present(timeline.number(), unchanged, order.build(), timeline.stop()));
        timeline.image(record(image, null));
        return image;
    }

    private BuiltImage recorded(LiveTimeline timeline, FinishedBuild build, String builder)
            throws IOException, InterruptedException {
        FinishedBuild whole = ended(timeline, build);
        BuiltImage image = recorded(built(timeline.number(), whole, builder));
        timeline.image(record(image, whole.content()));
        return image;
    }

    /** Ends the time of a build, which all accounts of it tell from now on. */
    private FinishedBuild ended(LiveTimeline timeline, FinishedBuild build) {
        FinishedBuild whole = build.lasting(timeline.stop());
        printSummary(timeline);
        return whole;
    }

    private void printSummary(LiveTimeline timeline) {
        String summary = timeline.summary();
        if (!summary.isEmpty()) {
            listener.getLogger().println(summary);
        }
    }

    /** For the build's page. */
    @CheckForNull
    private ImageRecord record(BuiltImage image, @CheckForNull ImageContent content) {
        return image.getDigest() == null
                ? null
                : new ImageRecord(
                        image.getTags(),
                        image.isSkipped() || order.build().isPushed() ? Util.fixNull(image.getReference()) : "",
                        content == null || !image.getPlatforms().isEmpty() ? image.getPlatforms() : content.platforms(),
                        image.getSizeBytes(),
                        image.getArtifact(),
                        content);
    }

    private BuiltImage built(int number, FinishedBuild build, String builder) {
        return BuiltImage.built(number, build.result(), build.sizeBytes(), order.build(), builder);
    }

    private LiveTimeline timeline(String subject) throws IOException {
        return ImagesAction.of(run).begin(order.build().request().ref(), subject, "");
    }

    private BuildTask building(@CheckForNull FilePath folder) {
        return new BuildTask(order.failOnWarning(), folder == null ? null : RegistryAccess.connections(run));
    }

    private static String begins(AgentTask<?> work, Site site) {
        return work.activity() + " on '" + site.builder() + "' (" + site.address() + ")";
    }

    /** Whatever becomes of the build, its timeline ends with it, and is kept before anybody goes on. */
    private <T> CompletableFuture<T> followed(
            LiveTimeline timeline, CompletableFuture<T> build, Function<T, CompletableFuture<Void>> success) {
        CompletableFuture<T> followed = new CompletableFuture<>();
        build.whenComplete((result, failure) -> CompletableFuture.completedFuture(null)
                .thenCompose(over -> failure == null ? success.apply(result) : failed(timeline, failure))
                .whenComplete((kept, problem) -> Async.pass(result, failure, followed)));
        Async.stopWith(followed, build::cancel);
        return followed;
    }

    private CompletableFuture<Void> failed(LiveTimeline timeline, Throwable failure) {
        if (isShuttingDown()) {
            // What has not found a daemon yet begins anew after the restart.
            return timeline.isLocated()
                    ? timeline.interrupted()
                    : ImagesAction.of(run).discard(timeline);
        }
        printSummary(timeline);
        if (failure instanceof InterruptedException || failure instanceof CancellationException) {
            return timeline.aborted();
        }
        return timeline.failed(mask.apply(FailureText.of(failure)));
    }

    /** Whether Jenkins itself ends what it waits for. */
    public static boolean isShuttingDown() {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        return jenkins == null || jenkins.isTerminating();
    }

    /** Takes the image of a build that Jenkins lost sight of, if the daemon finished it. */
    private CompletableFuture<Optional<BuiltImage>> recall(
            BegunBuild earlier, @CheckForNull FilePath folder, @CheckForNull EnvVars env)
            throws IOException, InterruptedException {
        // Files may be there in part.
        if (!order.build().destinations().isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        CompletableFuture<RecoveredBuild> asked =
                send(new HistoryLookupTask(earlier.ref()), earlier.site(), folder, env, null);
        CompletableFuture<Optional<BuiltImage>> image = Async.then(asked, found -> {
            if (found != null) {
                listener.getLogger().println("The build was finished while Jenkins was away");
                return CompletableFuture.completedFuture(Optional.of(recovered(earlier, found)));
            }
            listener.getLogger()
                    .println("The build was not finished; building again, with what is in the builder's cache");
            return CompletableFuture.completedFuture(Optional.empty());
        });
        return Async.orElse(image, failure -> {
            if (failure instanceof DaemonUnreachableException missed) {
                listener.getLogger().println(missed.reason() + "; building again");
                return CompletableFuture.completedFuture(Optional.empty());
            }
            return CompletableFuture.failedFuture(failure);
        });
    }

    private DaemonSelection selection(DaemonPool pool, @CheckForNull Site earlier) {
        return new DaemonSelection(order, run.getParent(), identity(), pool, listener, earlier);
    }

    /** Of the job and what it builds. */
    private String identity() {
        return run.getParent().getFullName() + '\0' + order.build().identity();
    }

    /** Does something at the first place that there is, and at another one when its daemon is not reached. */
    private static <T> CompletableFuture<T> atADaemon(
            DaemonSelection selection, @CheckForNull LiveTimeline timeline, Async.Next<Site, T> work) {
        CompletableFuture<T> done = atNextDaemon(selection, site -> {
            if (timeline != null) {
                timeline.located(site.builder());
            }
            return Async.orElse(work.after(site), failure -> {
                if (timeline != null && failure instanceof DaemonUnreachableException) {
                    timeline.waiting();
                }
                return CompletableFuture.failedFuture(failure);
            });
        });
        done.whenComplete((result, failure) -> selection.close());
        return done;
    }

    private static <T> CompletableFuture<T> atNextDaemon(DaemonSelection selection, Async.Next<Site, T> work) {
        return Async.then(
                selection.next(),
                site -> Async.orElse(
                        work.after(site),
                        failure -> failure instanceof DaemonUnreachableException missed
                                ? Async.then(selection.failed(site, missed), now -> atNextDaemon(selection, work))
                                : CompletableFuture.failedFuture(failure)));
    }

    private BuiltImage recovered(BegunBuild begun, RecoveredBuild found) throws IOException, InterruptedException {
        ImagesAction action = ImagesAction.of(run);
        int number = action.numberOf(begun.ref());
        Optional<BuiltImage> recorded = action.image(number);
        if (recorded.isPresent()) {
            // Jenkins went away once more before the step had its result.
            action.completed(
                    begun.ref(),
                    found.progress(),
                    found.build().digest(),
                    record(recorded.get(), found.build().content()));
            return recorded.get();
        }
        FinishedBuild build = action.durationOf(begun.ref(), found.progress())
                .map(found.build()::lasting)
                .orElse(found.build());
        BuiltImage image = recorded(built(number, build, begun.site().builder()));
        action.completed(begun.ref(), found.progress(), build.digest(), record(image, build.content()));
        return image;
    }

    private BuiltImage recorded(BuiltImage image) throws IOException, InterruptedException {
        ImageArchive.record(image, order.credentialsId(), run, listener);
        listener.getLogger().println(summary(image));
        return image;
    }

    private String summary(BuiltImage image) {
        if (image.isSkipped()) {
            return "Nothing is built: " + image + " already exists and was built from the same inputs";
        }
        if (image.getDigest() != null) {
            return "Built " + image;
        }
        return order.build().destinations().isEmpty()
                ? "The image can be built; no tags or outputs were given"
                : "Built "
                        + String.join(
                                ", ",
                                order.build().destinations().stream()
                                        .map(FileOutput::path)
                                        .toList());
    }

    /** Asks about the Dockerfile instead of building it. Questions take no build's place. */
    public CompletableFuture<DockerfileCheck> check(@CheckForNull FilePath folder, @CheckForNull EnvVars env) {
        return Async.begin(() -> {
            requireAllowed();
            CompletableFuture<CheckedDockerfile> checked = atADaemon(
                    selection(new DaemonPool(Async.SHORT), null),
                    null,
                    site -> send(new CheckTask(order.failOnWarning()), site, folder, env, null));
            return Async.then(
                    checked,
                    answer -> CompletableFuture.completedFuture(
                            new DockerfileCheck(answer.lint(), answer.targets(), answer.outline())));
        });
    }

    private <T extends Serializable> CompletableFuture<T> send(
            AgentTask<T> work,
            Site site,
            @CheckForNull FilePath folder,
            @CheckForNull EnvVars env,
            @CheckForNull LiveTimeline timeline)
            throws IOException, InterruptedException {
        EnvVars environment = env == null ? new EnvVars() : env;
        if (folder == null
                && (!order.build().hasRemoteContext()
                        || !order.build().destinations().isEmpty())) {
            throw new AbortException("files of a workspace are needed, and there is none here;"
                    + " run the step inside node, or let the builder fetch the context from an address");
        }
        if (folder == null && order.ssh().stream().anyMatch(SshAgentAccess.class::isInstance)) {
            throw new AbortException("an SSH agent of this machine is needed, and the controller's is for nobody;"
                    + " run the step inside node, or give sshKey instead of sshAgent");
        }
        String workspace = folder == null ? "" : environment.get("WORKSPACE", folder.getRemote());
        ProgressSink progress = timeline == null ? null : timeline.sink();
        // Stores of credentials may be far away, and encrypted keys take their time.
        CompletableFuture<AgentBuildInput> input =
                Async.call(Async.ASKING, () -> agentInput(site, workspace, work, environment, timeline));
        return Async.then(
                input,
                found -> AgentCall.begin(folder, work, new AgentBuildCallable<>(work, found, listener, progress)));
    }

    private AgentBuildInput agentInput(
            Site site, String workspace, AgentTask<?> work, EnvVars env, @CheckForNull LiveTimeline timeline)
            throws IOException, InterruptedException {
        ScopedItem<BuildkitBuilder> builder =
                JobConfiguration.of(run.getParent()).builder(site.builder());
        BuildCredentials credentials = BuildCredentials.of(run);
        AgentBuildInput input = new AgentBuildInput(
                build(),
                site.builder(),
                builder.item().endpoint(site.address(), credentials, builder.owner()),
                RegistryAccess.all(RegistryAccess.named(order.build().tags(), order.credentialsId()), run, listener),
                SecretsOnAgent.collect(order, credentials, env),
                mask,
                CONTEXT_KEY.mac(identity()),
                workspace,
                timeline == null ? "" : link(timeline.number()));
        String begins = begins(work, site);
        // Another try of the same was said already.
        if (!(work instanceof SkipIfUnchangedTask) && begun.add(begins)) {
            listener.getLogger().println(begins);
        }
        return input;
    }

    /** An agent can print a link, but cannot make one. */
    private String link(int number) {
        return HyperlinkNote.encodeTo(
                '/' + ImagesAction.of(run).urlOf(number), "Image build " + number + ": steps, times and logs");
    }

    /** Before anybody waits for anything, and before anything is sent. */
    private void requireAllowed() throws AbortException {
        TreenqConfiguration.get().policy().checkName(order.builder());
        build();
    }

    /** What is asked of the daemon, as the administrator's policy has it. */
    private DockerfileBuild build() throws AbortException {
        if (build == null) {
            DockerfileBuild wanted = withCache(BuildCredentials.of(run));
            build = TreenqConfiguration.get().policy().applied(wanted);
            if (build != wanted) {
                listener.getLogger()
                        .println("The administrator's policy on frontends: a line '# syntax=' of the Dockerfile "
                                + "is not followed");
            }
        }
        return build;
    }

    private DockerfileBuild withCache(BuildCredentials credentials) throws AbortException {
        List<CacheEntry> imports = new ArrayList<>();
        for (BuildCache cache : order.cacheFrom()) {
            imports.add(cache.from(credentials, order.expand()));
        }
        List<CacheEntry> exports = new ArrayList<>();
        for (BuildCache cache : order.cacheTo()) {
            exports.add(cache.to(credentials, order.expand()));
        }
        return order.build().withCache(imports, exports);
    }
}
