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
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.client.Destination;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.JobConfiguration;
import io.jenkins.plugins.treenq.config.Owned;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.parameters.BuildCache;
import io.jenkins.plugins.treenq.parameters.SshAgentAccess;
import io.jenkins.plugins.treenq.pool.Places;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.DockerfileCheck;
import io.jenkins.plugins.treenq.report.ImageArchive;
import io.jenkins.plugins.treenq.report.ImagesAction;
import io.jenkins.plugins.treenq.timeline.LiveTimeline;
import io.jenkins.plugins.treenq.timeline.ProgressSink;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import jenkins.model.Jenkins;
import jenkins.security.HMACConfidentialKey;

/** Carries out an order for a run: the one way to an image, for Pipeline and freestyle alike. */
public final class ImageBuild {
    /** Who knows the key of a context in the daemon can read it, so a job's name alone does not make one. */
    private static final HMACConfidentialKey CONTEXT_KEY = new HMACConfidentialKey(ImageBuild.class, "context");

    private final ImageOrder order;
    private final Run<?, ?> run;
    private final TaskListener listener;
    private final ConsoleMask mask;

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
     * Builds wherever there is a place, and waits for one on this thread.
     *
     * @param folder where the job works; files are relative to it. Null when there is none: the daemon fetches everything
     * @param env tells what the whole workspace is
     * @throws AbortException when something foreseeable kept the build from succeeding; the message is for the user
     */
    public BuiltImage perform(@CheckForNull FilePath folder, @CheckForNull EnvVars env)
            throws IOException, InterruptedException {
        Optional<BuiltImage> present = present();
        if (present.isPresent()) {
            return present.get();
        }
        Map<String, List<String>> builders = divided();
        if (builders.size() > 1) {
            if (order.skipIfUnchanged()) {
                listener.getLogger()
                        .println("WARNING: the image is built, for what several builders make it of is not compared");
            }
            FinishedBuild build = new PlatformBuilds(order, run, listener, mask, builders).perform(folder, env);
            return recorded(built(0, build, String.join(", ", builders.keySet())));
        }
        return anywhere(placement(null), site -> perform(site, folder, env));
    }

    /** The image that is there already, where that is reason enough not to build it. */
    public Optional<BuiltImage> present() throws IOException, InterruptedException {
        requireAllowed();
        return order.skipIfPresent() && !order.tagsToSkip().isEmpty()
                ? new RegistryImages(run, listener).present(order)
                : Optional.empty();
    }

    /** Whether there are builders that are for some of the platforms each, and have a part of the image to build. */
    public boolean isDivided() throws AbortException {
        return divided().size() > 1;
    }

    private Map<String, List<String>> divided() throws AbortException {
        return order.builder() == null && order.build().isDivisible()
                ? JobConfiguration.of(run.getParent()).divide(order.build().platforms())
                : Map.of();
    }

    /** Builds a part of an image wherever there is a place; the part itself is no image to record. */
    FinishedBuild part(@CheckForNull FilePath folder, @CheckForNull EnvVars env)
            throws IOException, InterruptedException {
        String subject = order.build().subject() + " (" + String.join(", ", order.build().platforms()) + ")";
        return anywhere(placement(BuildPlaces.get(), null), site -> {
            LiveTimeline timeline = timeline(subject, site);
            return followed(timeline, () -> {
                FinishedBuild build = Awaited.get(send(building(), site, folder, env, timeline));
                timeline.succeeded(build.digest());
                return build;
            });
        });
    }

    /** The same at a place that {@link #placement} has found. */
    private BuiltImage perform(Site site, @CheckForNull FilePath folder, @CheckForNull EnvVars env)
            throws IOException, InterruptedException {
        return end(begin(site, folder, env));
    }

    /** Begins to build at a place that {@link #placement} has found. No thread has to wait until it is over. */
    public BegunBuild begin(Site site, @CheckForNull FilePath folder, @CheckForNull EnvVars env) throws IOException {
        LiveTimeline timeline = timeline(order.build().subject(), site);
        try {
            return new BegunBuild(timeline, image(timeline, site, folder, env));
        } catch (IOException | InterruptedException | RuntimeException | LinkageError e) {
            return new BegunBuild(timeline, new BegunBuild.Image<>(CompletableFuture.failedFuture(e), nothing -> null));
        }
    }

    private BegunBuild.Image<?> image(
            LiveTimeline timeline, Site site, @CheckForNull FilePath folder, @CheckForNull EnvVars env)
            throws IOException, InterruptedException {
        List<ImageName> tags = order.tagsToSkip();
        if (!order.skipIfUnchanged() || tags.isEmpty()) {
            return new BegunBuild.Image<>(
                    send(building(), site, folder, env, timeline),
                    build -> built(timeline.number(), build, site.builder()));
        }
        UnlessUnchanged work = new UnlessUnchanged(
                building(), timeline.number(), build(), tags, site.builder(), RegistryAccess.connections(run));
        return new BegunBuild.Image<>(send(work, site, folder, env, timeline), image -> image);
    }

    /** What a build comes to, which is recorded; waits until it is over. */
    public BuiltImage end(BegunBuild build) throws IOException, InterruptedException {
        LiveTimeline timeline = build.timeline();
        return followed(timeline, () -> {
            BuiltImage image = build.image().get();
            if (image.isSkipped()) {
                ImagesAction.of(run).discard(timeline);
            }
            recorded(image);
            timeline.succeeded(Util.fixNull(image.getDigest()));
            return image;
        });
    }

    private BuiltImage built(int number, FinishedBuild build, String builder) {
        return BuiltImage.built(number, build.result(), build.sizeBytes(), order.build(), builder);
    }

    private LiveTimeline timeline(String subject, Site site) throws IOException {
        return ImagesAction.of(run).begin(order.build().request().ref(), subject, site.builder());
    }

    private Building building() {
        return new Building(order.failOnWarning());
    }

    private interface Followed<T> {
        T build() throws IOException, InterruptedException;
    }

    /** Whatever becomes of the build, its timeline ends with it. */
    private <T> T followed(LiveTimeline timeline, Followed<T> work) throws IOException, InterruptedException {
        try {
            return work.build();
        } catch (NotReached e) {
            ImagesAction.of(run).discard(timeline);
            throw e;
        } catch (IOException | InterruptedException | RuntimeException | LinkageError e) {
            if (isShuttingDown()) {
                timeline.interrupted();
            } else if (e instanceof InterruptedException) {
                timeline.aborted();
            } else {
                timeline.failed(mask.apply(e instanceof AbortException ? e.getMessage() : e.toString()));
            }
            throw e;
        }
    }

    /** Whether Jenkins itself ends what it waits for. */
    public static boolean isShuttingDown() {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        return jenkins == null || jenkins.isTerminating();
    }

    /**
     * Takes the image of a build that Jenkins lost sight of, if the daemon finished it.
     *
     * @param earlier name of that build in the daemon
     * @param site where it was begun
     */
    public Optional<BuiltImage> recall(
            String earlier, Site site, @CheckForNull FilePath folder, @CheckForNull EnvVars env)
            throws IOException, InterruptedException {
        // Files may be there in part.
        if (!order.build().destinations().isEmpty()) {
            return Optional.empty();
        }
        try {
            RecalledBuild found = ask(new Recalling(earlier), site, folder, env);
            if (found != null) {
                listener.getLogger().println("The build was finished while Jenkins was away");
                return Optional.of(recalled(earlier, found, site));
            }
            listener.getLogger().println("The build was not finished; building again, with what is in the builder's cache");
        } catch (NotReached e) {
            listener.getLogger().println(e.reason() + "; building again");
        }
        return Optional.empty();
    }

    /**
     * Finds a place for the build, without a thread that waits.
     *
     * @param earlier where it was once begun, which is the best place; null for nowhere
     */
    public Placement placement(@CheckForNull Site earlier) throws AbortException {
        requireAllowed();
        return placement(BuildPlaces.get(), earlier);
    }

    private Placement placement(Places places, @CheckForNull Site earlier) {
        return new Placement(order, run.getParent(), identity(), places, listener, earlier);
    }

    /** Of the job and what it builds. */
    private String identity() {
        return run.getParent().getFullName() + '\0' + order.build().identity();
    }

    private interface Work<T> {
        T at(Site site) throws IOException, InterruptedException;
    }

    private static <T> T anywhere(Placement placement, Work<T> work) throws IOException, InterruptedException {
        try (placement) {
            while (true) {
                Site site = Awaited.get(placement.next());
                try {
                    return work.at(site);
                } catch (NotReached e) {
                    placement.failed(site, e);
                }
            }
        }
    }

    private BuiltImage recalled(String ref, RecalledBuild found, Site site) throws IOException, InterruptedException {
        ImagesAction action = ImagesAction.of(run);
        BuiltImage image = recorded(built(action.numberOf(ref), found.build(), site.builder()));
        action.completed(ref, found.progress(), found.build().digest());
        return image;
    }

    private BuiltImage recorded(BuiltImage image) throws IOException, InterruptedException {
        ImageArchive.record(image, order.credentialsId(), run, listener);
        listener.getLogger().println(summary(image));
        return image;
    }

    private String summary(BuiltImage image) {
        if (image.isSkipped()) {
            return "Nothing is built: " + image + " is there already, made of the same";
        }
        if (image.getDigest() != null) {
            return "Built " + image;
        }
        return order.build().destinations().isEmpty()
                ? "The build succeeds; no image was asked for"
                : "Built " + String.join(
                        ", ",
                        order.build().destinations().stream().map(Destination::path).toList());
    }

    /** Asks about the Dockerfile instead of building it. Questions take no build's place. */
    public DockerfileCheck check(@CheckForNull FilePath folder, @CheckForNull EnvVars env)
            throws IOException, InterruptedException {
        requireAllowed();
        return anywhere(placement(new Places(), null), site -> ask(new Checking(order.failOnWarning()), site, folder, env));
    }

    private <T extends Serializable> T ask(
            AgentWork<T> work, Site site, @CheckForNull FilePath folder, @CheckForNull EnvVars env)
            throws IOException, InterruptedException {
        return Awaited.get(send(work, site, folder, env, null));
    }

    private <T extends Serializable> CompletableFuture<T> send(
            AgentWork<T> work,
            Site site,
            @CheckForNull FilePath folder,
            @CheckForNull EnvVars env,
            @CheckForNull LiveTimeline timeline)
            throws IOException, InterruptedException {
        EnvVars environment = env == null ? new EnvVars() : env;
        ProgressSink progress = timeline == null ? null : timeline.sink();
        if (folder != null) {
            String workspace = environment.get("WORKSPACE", folder.getRemote());
            return AgentCall.begin(
                    folder, new OnAgent<>(work, materials(site, workspace, work, environment, timeline), listener, progress));
        }
        if (!order.build().hasRemoteContext() || !order.build().destinations().isEmpty()) {
            throw new AbortException("files of a workspace are needed, and there is none here;"
                    + " run the step inside node, or let the builder fetch the context from an address");
        }
        if (order.ssh().stream().anyMatch(SshAgentAccess.class::isInstance)) {
            throw new AbortException("an SSH agent of this machine is needed, and the controller's is for nobody;"
                    + " run the step inside node, or give sshKey instead of sshAgent");
        }
        return AgentCall.beginWithoutFiles(
                new OnAgent<>(work, materials(site, "", work, environment, timeline), listener, progress));
    }

    private Materials materials(
            Site site, String workspace, AgentWork<?> work, EnvVars env, @CheckForNull LiveTimeline timeline)
            throws IOException, InterruptedException {
        Owned<BuildkitBuilder> builder = JobConfiguration.of(run.getParent()).builder(site.builder());
        BuildCredentials credentials = BuildCredentials.of(run);
        Materials materials = new Materials(
                build(),
                site.builder(),
                builder.item().endpoint(site.address(), credentials, builder.owner()),
                RegistryAccess.all(RegistryAccess.named(order.build().tags(), order.credentialsId()), run, listener),
                SecretsOnAgent.collect(order, credentials, env),
                mask,
                CONTEXT_KEY.mac(identity()),
                workspace,
                timeline == null ? "" : link(timeline.number()));
        listener.getLogger().println(work.doing() + " on '" + site.builder() + "' (" + site.address() + ")");
        return materials;
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
                        .println("The administrator's policy on frontends: a line '# syntax=' of the Dockerfile is not followed");
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
