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
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.ImageContent;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.FileOutput;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.JobConfiguration;
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
import java.util.function.BiFunction;
import jenkins.model.Jenkins;
import jenkins.security.HMACConfidentialKey;

/** Runs an image build for a run of Jenkins. Pipeline and freestyle jobs both build through this class. */
public final class ImageBuild {
    /**
     * Creates the keys under which daemons keep build contexts. Everyone who knows a context's key in the daemon can
     * read the context, therefore the key cannot be derived from the job's name alone.
     */
    private static final HMACConfidentialKey CONTEXT_KEY = new HMACConfidentialKey(ImageBuild.class, "context");

    private final ImageOrder order;
    private final Run<?, ?> run;
    private final ConsoleMask mask;
    private TaskListener listener;
    private boolean inParallel;

    /**
     * The log lines that were already printed about the start on a daemon. The set is concurrent because tasks are sent
     * from several threads.
     */
    private final Set<String> printedStarts = ConcurrentHashMap.newKeySet();

    /** Null until the policy has allowed the build. */
    private DockerfileBuild build;

    /** ID of the build in the daemon. Each attempt after the loss of a daemon gets a new ID. */
    private volatile String ref;

    /** The timeline of the latest attempt. Null before the build has one; a check of a Dockerfile never has one. */
    private volatile LiveTimeline timeline;

    /** Whether the result of the build is known. A build that was canceled can be over before its last attempt is. */
    private volatile boolean over;

    /** @param mask masks the same texts as the listener */
    public ImageBuild(ImageOrder order, Run<?, ?> run, TaskListener listener, ConsoleMask mask) {
        this.order = order;
        this.run = run;
        this.listener = listener;
        this.mask = mask;
        this.ref = order.build().request().ref();
    }

    /**
     * Sets whether other builds of the run can be running at the same time. If so, the lines of this build get a prefix
     * in the log.
     *
     * @return this object
     */
    public ImageBuild inParallel(boolean others) {
        inParallel = others;
        return this;
    }

    /**
     * Builds the image on a daemon that has a free slot. No thread waits for any part of the build:
     *
     * <pre>
     * earlier build ──► do all tags exist? ──► a slot ──► journal ──► the agent builds ──► recorded ──► its image
     *   │ the daemon finished it      │            ▲                          │
     *   └──► recorded ──► its image   └──► image   └───── after a pause ──────┘ daemon unreachable or lost
     * </pre>
     *
     * @param folder the job's current folder, to which the paths of files are relative. Null if there is none; then
     *     the daemon must fetch the whole build context
     * @param env environment of the run, whose variable {@code WORKSPACE} is the path of the workspace
     * @param journal saves the running build
     * @return the image; or an {@link AbortException} with a message for the user if the build failed for a
     *     foreseeable reason. Canceling the future stops the build
     */
    public CompletableFuture<BuiltImage> start(
            @CheckForNull FilePath folder, @CheckForNull EnvVars env, BuildJournal journal) {
        ConsolePrefix prefix = ConsolePrefix.begin(run, ConsolePrefix.name(order.build()), inParallel);
        listener = prefix.before(listener);
        CompletableFuture<BuiltImage> image = begun(folder, env, journal);
        image.whenComplete((built, failure) -> prefix.end());
        return image;
    }

    private CompletableFuture<BuiltImage> begun(
            @CheckForNull FilePath folder, @CheckForNull EnvVars env, BuildJournal journal) {
        return Async.begin(() -> {
            BegunBuild earlier = stillConfigured(journal.begun());
            return earlier == null
                    ? unlessPresent(null, folder, env, journal)
                    : Async.then(
                            lookUpInHistory(earlier, folder, env),
                            image -> image.isPresent()
                                    ? CompletableFuture.completedFuture(image.get())
                                    : unlessPresent(earlier.site(), folder, env, journal));
        });
    }

    /**
     * Returns the earlier build. Null if there is none, or if its builder was renamed or removed, because then its
     * daemon cannot be queried any more.
     */
    @CheckForNull
    private BegunBuild stillConfigured(@CheckForNull BegunBuild earlier) {
        if (earlier == null || isConfigured(earlier.site(), run)) {
            return earlier;
        }
        listener.getLogger()
                .println("builder '" + earlier.site().builder()
                        + "', on which the build was started, is not configured any more;" + " building again");
        return null;
    }

    /** Tells whether the run can still use the builder of an earlier build. */
    static boolean isConfigured(BuildLocation site, Run<?, ?> run) {
        return JobConfiguration.of(run.getParent()).builders().stream()
                .anyMatch(builder -> builder.item().getName().equals(site.builder()));
    }

    /**
     * Starts the build's timeline and builds the image unless its tags exist. The build gets its number and page here,
     * so that a run shows its builds in the order in which they were requested.
     */
    private CompletableFuture<BuiltImage> unlessPresent(
            @CheckForNull BuildLocation earlier,
            @CheckForNull FilePath folder,
            @CheckForNull EnvVars env,
            BuildJournal journal)
            throws IOException {
        requireAllowed();
        LiveTimeline first = beginTimeline(order.build().subject());
        String interrupted = journal.interruptedRef();
        if (interrupted != null) {
            ImagesAction.of(run).continued(interrupted, first.number());
        }
        CompletableFuture<BuiltImage> image = Async.begin(() -> Async.then(
                present(),
                present -> present.isPresent()
                        ? CompletableFuture.completedFuture(present.get())
                        : build(earlier, folder, env, journal)));
        return followed(image, ImageBuild::ended);
    }

    /** Ends the timeline of a build that has succeeded or was skipped. */
    private static CompletableFuture<Void> ended(LiveTimeline latest, BuiltImage image) {
        String digest = Util.fixNull(image.getDigest());
        return image.isSkipped() ? latest.skipped(digest) : latest.succeeded(digest);
    }

    /**
     * Records and returns the image that all tags point to, if the build is to be skipped because of it. Otherwise the
     * result is empty.
     */
    CompletableFuture<Optional<BuiltImage>> present() {
        if (!order.skipIfPresent() || order.tagsToSkip().isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return Async.call(Async.BLOCKING, () -> {
            Optional<BuiltImage> present = new RegistryImages(run, listener).present(order, timeline);
            present.ifPresent(image -> timeline.image(record(image, null)));
            return present;
        });
    }

    /** Returns the tags that must point to an image with the same inputs; empty if the image is always built. */
    List<ImageName> tagsOfUnchanged() {
        return order.skipIfUnchanged() ? order.tagsToSkip() : List.of();
    }

    private CompletableFuture<BuiltImage> build(
            @CheckForNull BuildLocation earlier,
            @CheckForNull FilePath folder,
            @CheckForNull EnvVars env,
            BuildJournal journal)
            throws AbortException {
        // A build on several builders is started again after a restart, and uses the builders' caches.
        Map<String, List<String>> builders = earlier == null ? platformsByBuilder() : Map.of();
        if (builders.size() > 1) {
            if (order.skipIfUnchanged()) {
                listener.getLogger()
                        .println("WARNING: the image is built, because the inputs of builds on several builders "
                                + "cannot be compared");
            }
            String names = String.join(", ", builders.keySet());
            timeline.divided(names);
            return Async.then(
                    new PlatformBuilds(order, run, listener, mask, builders).start(folder, env),
                    build -> CompletableFuture.completedFuture(recorded(build, names)));
        }
        return onDaemon(
                selection(earlier, folder),
                location -> Async.then(
                        journal.begins(new BegunBuild(ref, location)), saved -> buildOn(location, folder, env)));
    }

    private Map<String, List<String>> platformsByBuilder() throws AbortException {
        return order.builder() == null && order.build().isDivisible()
                ? JobConfiguration.of(run.getParent()).divide(order.build().platforms())
                : Map.of();
    }

    /**
     * Builds some platforms of an image on a daemon that has a free slot. The part is not recorded as an image of the
     * run.
     */
    CompletableFuture<FinishedBuild> buildPart(@CheckForNull FilePath folder, @CheckForNull EnvVars env) {
        String subject =
                order.build().subject() + " (" + String.join(", ", order.build().platforms()) + ")";
        return Async.begin(() -> {
            requireAllowed();
            beginTimeline(subject);
            CompletableFuture<FinishedBuild> part = onDaemon(
                    selection(null, folder),
                    location -> Async.begin(
                            () -> send(buildTask(folder, RegistryAccess.connections(run)), location, folder, env)));
            CompletableFuture<FinishedBuild> ended = Async.then(part, build -> {
                FinishedBuild whole = ended(build);
                timeline.image(record(built(timeline.number(), whole, ""), whole.content()));
                return CompletableFuture.completedFuture(whole);
            });
            return followed(ended, (latest, build) -> latest.succeeded(build.digest()));
        });
    }

    private CompletableFuture<BuiltImage> buildOn(
            BuildLocation location, @CheckForNull FilePath folder, @CheckForNull EnvVars env) {
        return Async.then(
                Async.begin(() -> buildUnlessUnchanged(location, folder, env)),
                build -> CompletableFuture.completedFuture(recorded(build, location.builder())));
    }

    private CompletableFuture<BuildOutcome> buildUnlessUnchanged(
            BuildLocation location, @CheckForNull FilePath folder, @CheckForNull EnvVars env)
            throws IOException, InterruptedException {
        List<ImageName> tags = tagsOfUnchanged();
        RegistryConnections connections = RegistryAccess.connections(run);
        if (tags.isEmpty()) {
            return Async.then(
                    send(buildTask(folder, connections), location, folder, env),
                    build -> CompletableFuture.completedFuture(new BuildOutcome(build, null)));
        }
        BuildTask task = buildTask(folder, connections);
        // The line about the start of the build is only printed if the image has changed.
        return send(new SkipIfUnchangedTask(task, tags, connections, startLine(task, location)), location, folder, env);
    }

    /** Records a build that has succeeded, or the existing image because of which it was skipped. */
    BuiltImage recorded(BuildOutcome build, String builder) throws IOException, InterruptedException {
        FinishedBuild built = build.built();
        ImageDescription unchanged = build.unchanged();
        if (built != null) {
            return recorded(built, builder);
        }
        BuiltImage image = recorded(BuiltImage.present(timeline.number(), unchanged, order.build(), timeline.stop()));
        timeline.image(record(image, null));
        return image;
    }

    private BuiltImage recorded(FinishedBuild build, String builder) throws IOException, InterruptedException {
        FinishedBuild whole = ended(build);
        BuiltImage image = recorded(built(timeline.number(), whole, builder));
        timeline.image(record(image, whole.content()));
        return image;
    }

    /** Ends the time measurement of a build. All reports of the build show this duration. */
    private FinishedBuild ended(FinishedBuild build) {
        FinishedBuild whole = build.lasting(timeline.stop());
        printSummary(timeline);
        return whole;
    }

    private void printSummary(LiveTimeline latest) {
        String summary = latest.summary();
        if (!summary.isEmpty()) {
            listener.getLogger().println(summary);
        }
    }

    /** Returns the record of the image for the build's page, or null if there is no image. */
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

    private LiveTimeline beginTimeline(String subject) throws IOException {
        return started(ImagesAction.of(run).begin(ref, subject, ""));
    }

    /** Starts the timeline of a build of a bake, which saves the run after it has started all of them. */
    LiveTimeline beginTimelineOfTarget(String subject) {
        return started(ImagesAction.of(run).beginOne(ref, subject, ""));
    }

    private LiveTimeline started(LiveTimeline begun) {
        timeline = begun;
        if (over) {
            begun.aborted();
        }
        return begun;
    }

    private BuildTask buildTask(@CheckForNull FilePath folder, RegistryConnections connections) {
        return new BuildTask(order.failOnWarning(), folder == null ? null : connections);
    }

    /** Returns the receiver of the build's progress. */
    ProgressSink sink() {
        return timeline.sink();
    }

    /** Returns the number of the latest attempt among the image builds of the run. */
    int number() {
        return timeline.number();
    }

    /** Returns what follows the attempts on daemons. */
    DaemonAttempts.Observer attempts() {
        return new Attempts();
    }

    /** Returns the result of a build that has succeeded, and is not recorded as an image of the run. */
    BuiltImage completed(FinishedBuild build, String builder) {
        return built(timeline.number(), ended(build), builder);
    }

    /** Returns a secret key for the context with this identity in the job. */
    static String contextKey(String identity) {
        return CONTEXT_KEY.mac(identity);
    }

    /**
     * Ends the timeline of a build that others wait for, too.
     *
     * @param image the image; null if there is none
     * @param failure why the build failed; null if it succeeded
     * @return completes when the timeline is stored
     */
    CompletableFuture<Void> end(@CheckForNull BuiltImage image, @CheckForNull Throwable failure) {
        over = true;
        LiveTimeline latest = timeline;
        if (failure != null) {
            return failed(latest, failure);
        }
        return image == null ? latest.succeeded("") : ended(latest, image);
    }

    /**
     * Ends the timeline of a build whose result is not needed, because everything that needs it was skipped.
     *
     * @return completes when the timeline is stored
     */
    CompletableFuture<Void> endUnneeded() {
        over = true;
        listener.getLogger().println("Nothing is built: everything that needs the result already exists");
        return timeline.skipped("");
    }

    static String startLine(AgentTask<?> work, BuildLocation location) {
        return work.activity() + " on '" + location.builder() + "' (" + location.address() + ")";
    }

    /** Ends the timeline together with the build, and saves the timeline before the result is passed on. */
    private <T> CompletableFuture<T> followed(
            CompletableFuture<T> build, BiFunction<LiveTimeline, T, CompletableFuture<Void>> success) {
        CompletableFuture<T> followed = new CompletableFuture<>();
        build.whenComplete((result, failure) -> {
            over = true;
            LiveTimeline latest = timeline;
            CompletableFuture.completedFuture(null)
                    .thenCompose(nothing -> failure == null ? success.apply(latest, result) : failed(latest, failure))
                    .whenComplete((kept, problem) -> Async.pass(result, failure, followed));
        });
        Async.cancelWith(followed, build::cancel);
        return followed;
    }

    private CompletableFuture<Void> failed(LiveTimeline latest, Throwable failure) {
        if (isShuttingDown()) {
            // A build that was waiting for a daemon is started from the beginning after the restart.
            return latest.isLocated()
                    ? latest.interrupted()
                    : ImagesAction.of(run).discard(latest);
        }
        printSummary(latest);
        if (failure instanceof InterruptedException || failure instanceof CancellationException) {
            return latest.aborted();
        }
        return latest.failed(mask.apply(FailureText.of(failure)));
    }

    /** Tells whether Jenkins is shutting down, which aborts the waiting steps. */
    public static boolean isShuttingDown() {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        return jenkins == null || jenkins.isTerminating();
    }

    /**
     * Looks up a build that was interrupted by a restart of Jenkins, and returns its image if the daemon finished the
     * build.
     */
    private CompletableFuture<Optional<BuiltImage>> lookUpInHistory(
            BegunBuild earlier, @CheckForNull FilePath folder, @CheckForNull EnvVars env)
            throws IOException, InterruptedException {
        // A build that writes files is always repeated, because the files may be incomplete.
        if (!order.build().destinations().isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        CompletableFuture<RecoveredBuild> lookup =
                send(new HistoryLookupTask(earlier.ref()), earlier.site(), folder, env);
        CompletableFuture<Optional<BuiltImage>> image = Async.then(lookup, found -> {
            if (found != null) {
                listener.getLogger().println("The daemon finished the build while Jenkins was restarting");
                return CompletableFuture.completedFuture(Optional.of(recovered(earlier, found)));
            }
            listener.getLogger()
                    .println("The daemon did not finish the build; building again with the builder's cache");
            return CompletableFuture.completedFuture(Optional.empty());
        });
        return Async.orElse(image, failure -> {
            String reason = failure instanceof DaemonUnreachableException missed
                    ? missed.reason()
                    : failure instanceof DaemonLostException lost ? lost.reason() : null;
            if (reason == null) {
                return CompletableFuture.failedFuture(failure);
            }
            listener.getLogger().println(reason + "; building again");
            return CompletableFuture.completedFuture(Optional.empty());
        });
    }

    private DaemonSelection selection(@CheckForNull BuildLocation earlier, @CheckForNull FilePath folder) {
        return selection(ControllerDaemonPool.get(), AgentProbe.of(run, folder, listener), earlier);
    }

    private DaemonSelection selection(
            DaemonPool pool, DaemonSelection.Probe probe, @CheckForNull BuildLocation earlier) {
        return new DaemonSelection(
                order.builder(),
                order.build().platforms(),
                order.retries(),
                run.getParent(),
                identity(),
                pool,
                probe,
                listener,
                earlier);
    }

    /**
     * Returns a text that identifies the job and the source of its build. Builds with the same text share a daemon's
     * cache.
     */
    private String identity() {
        return run.getParent().getFullName() + '\0' + order.build().identity();
    }

    private <T> CompletableFuture<T> onDaemon(DaemonSelection selection, Async.Next<BuildLocation, T> work) {
        return DaemonAttempts.of(selection, new Attempts(), work);
    }

    /** Records the attempts in the timelines of this build. */
    private final class Attempts implements DaemonAttempts.Observer {
        @Override
        public void located(BuildLocation location) {
            LiveTimeline current = timeline;
            if (current != null) {
                current.located(location.builder());
            }
        }

        @Override
        public void waiting() {
            LiveTimeline current = timeline;
            if (current != null) {
                current.waiting();
            }
        }

        @Override
        public void lost(DaemonLostException failure) throws IOException {
            // A daemon that was only cut off may still know the ID.
            ref = BuildRequest.newRef();
            printedStarts.clear();
            LiveTimeline current = timeline;
            if (current != null) {
                int number = beginTimeline(current.subject()).number();
                current.daemonLost(mask.apply(failure.reason()), number);
            }
        }
    }

    private BuiltImage recovered(BegunBuild begun, RecoveredBuild found) throws IOException, InterruptedException {
        ImagesAction action = ImagesAction.of(run);
        int number = action.numberOf(begun.ref());
        Optional<BuiltImage> recorded = action.image(number);
        if (recorded.isPresent()) {
            // Jenkins was restarted again before the step received its result.
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

    /** Checks the Dockerfile without building it. A check needs no slot. */
    public CompletableFuture<DockerfileCheck> check(@CheckForNull FilePath folder, @CheckForNull EnvVars env) {
        return Async.then(
                withoutSlot(new CheckTask(order.failOnWarning()), folder, env),
                answer -> CompletableFuture.completedFuture(
                        new DockerfileCheck(answer.lint(), answer.targets(), answer.outline())));
    }

    /** Runs a task on a daemon that needs no free slot, because the task takes seconds. */
    <T extends Serializable> CompletableFuture<T> withoutSlot(
            AgentTask<T> task, @CheckForNull FilePath folder, @CheckForNull EnvVars env) {
        return Async.begin(() -> {
            requireAllowed();
            return onDaemon(
                    selection(
                            new DaemonPool(Async.SHORT),
                            (builder, withBuilds) ->
                                    AgentProbe.of(run, folder, listener).of(builder, false),
                            null),
                    location -> send(task, location, folder, env));
        });
    }

    private <T extends Serializable> CompletableFuture<T> send(
            AgentTask<T> work, BuildLocation location, @CheckForNull FilePath folder, @CheckForNull EnvVars env)
            throws IOException, InterruptedException {
        EnvVars environment = env == null ? new EnvVars() : env;
        if (folder == null
                && (!order.build().hasRemoteContext()
                        || !order.build().destinations().isEmpty())) {
            throw new AbortException("the build needs a workspace; run the step inside node, or use the URL of a "
                    + "Git repository or archive as the context");
        }
        if (folder == null && order.ssh().stream().anyMatch(SshAgentAccess.class::isInstance)) {
            throw new AbortException("sshAgent needs an SSH agent on the machine of the build, and builds "
                    + "cannot use the controller's; run the step inside node, or use sshKey instead");
        }
        String workspace = folder == null ? "" : environment.get("WORKSPACE", folder.getRemote());
        LiveTimeline current = timeline;
        ProgressSink progress = current == null ? null : current.sink();
        // Credential stores may be remote, and decrypting keys takes time.
        CompletableFuture<AgentBuildInput> input = Async.call(Async.BLOCKING, () -> {
            AgentBuildInput found = agentInput(location, workspace, environment);
            printStart(work, location);
            return found;
        });
        return Async.then(
                input, found -> AgentCall.begin(folder, new AgentBuildCallable<>(work, found, listener, progress)));
    }

    /**
     * Collects what the agent needs for the build on a daemon.
     *
     * @param workspace path of the workspace; empty if there is none
     */
    AgentBuildInput agentInput(BuildLocation location, String workspace, EnvVars env)
            throws IOException, InterruptedException {
        ScopedItem<BuildkitBuilder> builder =
                JobConfiguration.of(run.getParent()).builder(location.builder());
        BuildCredentials credentials = BuildCredentials.of(run);
        LiveTimeline current = timeline;
        return new AgentBuildInput(
                build().withRef(ref),
                location.builder(),
                builder.item().endpoint(location.address(), credentials, builder.owner()),
                order.withLogins()
                        ? RegistryAccess.all(
                                RegistryAccess.named(order.build().tags(), order.credentialsId()), run, listener)
                        : RegistryAccess.none(),
                SecretsOnAgent.collect(order, credentials, env),
                mask,
                contextKey(identity()),
                workspace,
                current == null ? "" : link(current.number()));
    }

    private void printStart(AgentTask<?> work, BuildLocation location) {
        String startLine = startLine(work, location);
        // The line was already printed for an earlier attempt on the same daemon.
        if (!(work instanceof SkipIfUnchangedTask) && printedStarts.add(startLine)) {
            listener.getLogger().println(startLine);
        }
    }

    /**
     * Returns the line with a link to the build's page. The controller creates the line, because an agent can print a
     * link but not create one.
     */
    private String link(int number) {
        return HyperlinkNote.encodeTo(
                '/' + ImagesAction.of(run).urlOf(number), "Image build " + number + ": steps, times and logs");
    }

    /** Checks the policy before the build waits for a slot and before anything is sent. */
    void requireAllowed() throws AbortException {
        TreenqConfiguration.get().policy().checkName(order.builder());
        build();
    }

    /** Returns the build with the restrictions of the administrator's policy applied. */
    private DockerfileBuild build() throws AbortException {
        if (build == null) {
            DockerfileBuild requested = withCache(BuildCredentials.of(run));
            build = TreenqConfiguration.get().policy().applied(requested);
            if (build != requested) {
                listener.getLogger()
                        .println("The administrator's policy restricts frontends: a '# syntax=' line in the "
                                + "Dockerfile is ignored");
            }
        }
        return build;
    }

    private DockerfileBuild withCache(BuildCredentials credentials) throws AbortException {
        List<CacheEntry> imports = new ArrayList<>(order.build().request().cacheImports());
        for (BuildCache cache : order.cacheFrom()) {
            imports.add(cache.from(credentials, order.expand()));
        }
        List<CacheEntry> exports = new ArrayList<>(order.build().request().cacheExports());
        for (BuildCache cache : order.cacheTo()) {
            exports.add(cache.to(credentials, order.expand()));
        }
        return order.build().withCache(imports, exports);
    }
}
