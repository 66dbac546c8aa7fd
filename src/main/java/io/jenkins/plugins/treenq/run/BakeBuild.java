// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.console.HyperlinkNote;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.bake.BakePaths;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries;
import io.jenkins.plugins.treenq.buildkit.client.BakeEntitlements;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.RemoteBakeFiles;
import io.jenkins.plugins.treenq.buildkit.client.TargetBuild;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryConnections;
import io.jenkins.plugins.treenq.config.JobConfiguration;
import io.jenkins.plugins.treenq.config.TreenqConfiguration;
import io.jenkins.plugins.treenq.parameters.BuildSecret;
import io.jenkins.plugins.treenq.parameters.SshAccess;
import io.jenkins.plugins.treenq.report.Bake;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.ImagesAction;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Builds the targets of bake files for a run of Jenkins. Each target is an image build of the run like any other
 * ({@link ImageBuild}): the same policy, log, page and archive. All targets use one slot of one daemon.
 *
 * <p>The files belong to a repository, whose authors need not be trusted as the author of the job is. What the files
 * ask for is therefore granted only as far as the job gives it: environment variables, secrets, SSH keys, entitlements,
 * and registries that get the job's credentials. The files are evaluated on the agent; the controller gets the
 * resulting targets, and checks them.
 */
public final class BakeBuild {
    /** How many targets ask registries at a time whether their images exist. */
    private static final int MOST_QUERIES = 10;

    private final BakeOrder order;
    private final Run<?, ?> run;
    private final TaskListener listener;
    private final ConsoleMask mask;
    private final SortedMap<String, Target> targets = new TreeMap<>();

    /** Whether a daemon was selected. */
    private volatile boolean located;

    /** @param mask masks the same texts as the listener */
    public BakeBuild(BakeOrder order, Run<?, ?> run, TaskListener listener, ConsoleMask mask) {
        this.order = order;
        this.run = run;
        this.listener = listener;
        this.mask = mask;
    }

    /** One target, and its build as long as it has not ended. */
    private final class Target {
        private final TargetBuild definition;
        private final ConsolePrefix prefix;
        private final TaskListener log;
        private final ImageBuild build;

        /** The recording of the finished build; null while the target has not been built. */
        private CompletableFuture<BuiltImage> recorded;

        /** Whether the bake is over, so that an agent that still reports something is late. */
        private boolean over;

        Target(TargetBuild definition, ImageOrder imageOrder) {
            this.definition = definition;
            prefix = ConsolePrefix.begin(run, "target:" + definition.name(), true);
            log = prefix.before(listener);
            build = new ImageBuild(imageOrder, run, log, mask);
        }

        synchronized boolean isBuilt() {
            return recorded != null;
        }

        /** Skips the target if it is to be skipped, and all of its tags point to one image. */
        CompletableFuture<Void> skipIfPresent() {
            return Async.then(build.present(), present -> {
                present.ifPresent(image -> record(() -> CompletableFuture.completedFuture(image)));
                return CompletableFuture.completedFuture(null);
            });
        }

        /** Records the build, or the existing image because of which it was skipped. */
        void record(BuildOutcome outcome, String builder) {
            FinishedBuild finished = outcome.built();
            if (finished == null && build.tagsOfUnchanged().isEmpty()) {
                throw new IllegalArgumentException("a target was skipped that is always built");
            }
            record(() -> Async.call(
                    Async.BLOCKING,
                    () -> definition.linked() ? build.completed(finished, builder) : build.recorded(outcome, builder)));
        }

        /** Records the image, at the first call only. */
        private synchronized void record(Supplier<CompletableFuture<BuiltImage>> image) {
            if (recorded == null && !over) {
                recorded = Async.handle(image.get(), this::ended);
            }
        }

        /** Ends the build's timeline, and returns the same result when the timeline is stored. */
        private CompletableFuture<BuiltImage> ended(@CheckForNull BuiltImage image, @CheckForNull Throwable failure) {
            CompletableFuture<BuiltImage> whole = new CompletableFuture<>();
            build.end(image, failure).whenComplete((stored, problem) -> Async.pass(image, failure, whole));
            return whole;
        }

        /** Returns the recorded image; or the failure, if the target has not been built. */
        synchronized CompletableFuture<BuiltImage> result(@CheckForNull Throwable failure) {
            over = true;
            if (recorded != null) {
                return recorded;
            }
            Throwable own = failure instanceof BakeTargetException other
                            && !other.target().equals(definition.name())
                    ? new CancellationException()
                    : failure;
            return ended(null, own);
        }

        /** Ends a target that was only checked, or whose result nothing needed. */
        CompletableFuture<Void> withoutImage() {
            return isCheck(definition) ? build.end(null, null) : build.endUnneeded();
        }
    }

    /**
     * Builds the targets on a daemon that has a free slot. No thread waits for any part of the bake.
     *
     * @param folder the job's current folder, to which the paths of files are relative
     * @param env environment of the run, whose variable {@code WORKSPACE} is the path of the workspace
     * @param journal saves the running bake
     * @return the images by target; or an {@link AbortException} with a message for the user if the bake failed for a
     *     foreseeable reason. Canceling the future stops the bake
     */
    public CompletableFuture<Map<String, BuiltImage>> start(
            @CheckForNull FilePath folder, @CheckForNull EnvVars env, BuildJournal journal) {
        EnvVars environment = env == null ? new EnvVars() : env;
        return Async.begin(() -> {
            if (folder == null) {
                throw new AbortException("treenqBake needs a workspace; run the step inside node");
            }
            TreenqConfiguration.get().policy().checkName(order.builder());
            String workspace = environment.get("WORKSPACE", folder.getRemote());
            BakeInput input = input(environment, workspace);
            CompletableFuture<TreeMap<String, TargetBuild>> read = order.remote() == null
                    ? AgentCall.begin(folder, new BakeFilesCallable(input, listener))
                    : fetched(order.remote(), input, folder, environment);
            return Async.then(
                    Async.orElse(read, failure -> CompletableFuture.failedFuture(masked(failure))),
                    definitions -> withPrefixes(() -> bake(definitions, folder, environment, workspace, journal)));
        });
    }

    /** Lets a daemon fetch the files. */
    private CompletableFuture<TreeMap<String, TargetBuild>> fetched(
            String address, BakeInput input, FilePath folder, EnvVars env) throws AbortException {
        DockerfileBuild fetching;
        try {
            fetching = RemoteBakeFiles.build(address);
        } catch (BuildkitException.InvalidRequestException e) {
            throw new AbortException("remote: " + e.getMessage());
        }
        ImageOrder imageOrder = ImageOrder.builder(fetching)
                .builder(order.builder())
                .contextCredentialsId(order.contextCredentialsId())
                .retries(order.retries())
                .build();
        return new ImageBuild(imageOrder.withoutLogins(), run, listener, mask)
                .withoutSlot(new RemoteBakeTask(address, input, folder.getRemote()), folder, env);
    }

    /** Ends the prefixes of the targets' lines after the work. */
    private <T> CompletableFuture<T> withPrefixes(Callable<CompletableFuture<T>> work) throws Exception {
        boolean begun = false;
        try {
            CompletableFuture<T> done = work.call();
            begun = true;
            done.whenComplete((result, failure) -> endPrefixes());
            return done;
        } finally {
            if (!begun) {
                endPrefixes();
            }
        }
    }

    private void endPrefixes() {
        targets.values().forEach(target -> target.prefix.end());
    }

    private BakeInput input(EnvVars env, String workspace) {
        Map<String, String> visible = new HashMap<>();
        for (String name : order.environment()) {
            String value = env.get(name);
            if (value != null) {
                visible.put(name, value);
            }
        }
        return new BakeInput(
                order.files(), order.targets(), order.overrides(), order.variables(), visible, order.push(), workspace);
    }

    /** A message about a file can quote the value of a variable. */
    private Throwable masked(Throwable failure) {
        if (failure.getClass() != AbortException.class) {
            return failure;
        }
        AbortException masked =
                new AbortException(Redaction.of(mask.secrets()).apply(mask.apply(failure.getMessage())));
        // The conditions of retry inspect the cause.
        masked.initCause(failure.getCause());
        return masked;
    }

    private CompletableFuture<Map<String, BuiltImage>> bake(
            SortedMap<String, TargetBuild> definitions,
            FilePath folder,
            EnvVars env,
            String workspace,
            BuildJournal journal)
            throws IOException {
        requireAllowed(definitions.values());
        for (TargetBuild definition : definitions.values()) {
            targets.put(definition.name(), new Target(definition, imageOrder(definition)));
        }
        for (Target target : targets.values()) {
            named(target, target.build::requireAllowed);
        }
        Bake bake = ImagesAction.of(run).beginBake(BuildRequest.newRef(), order.subject());
        Map<String, Integer> builds = new HashMap<>();
        for (Map.Entry<String, Target> target : targets.entrySet()) {
            builds.put(target.getKey(), begin(target.getKey(), target.getValue()));
        }
        ImagesAction.of(run).began(bake, builds);
        listener.getLogger().println(link(bake));
        BegunBuild earlier = journal.begun();
        if (earlier != null) {
            ImagesAction.of(run).continued(earlier.ref(), bake);
        }
        CompletableFuture<Boolean> built = Async.then(
                skipIfPresent(),
                skipped -> needed().isEmpty()
                        ? CompletableFuture.completedFuture(Boolean.TRUE)
                        : build(folder, env, workspace, journal, bake));
        return results(built, bake);
    }

    private CompletableFuture<Void> skipIfPresent() {
        ConcurrencyLimit queries = new ConcurrencyLimit(MOST_QUERIES);
        return Async.all(targets.values().stream()
                .map(target -> queries.run(target::skipIfPresent))
                .toList());
    }

    /** Builds the targets that are needed on a daemon that has a free slot. */
    private CompletableFuture<Boolean> build(
            FilePath folder, EnvVars env, String workspace, BuildJournal journal, Bake bake) throws AbortException {
        BegunBuild earlier = journal.begun();
        DaemonSelection selection = new DaemonSelection(
                order.builder(),
                platforms(),
                order.retries(),
                run.getParent(),
                identity(),
                ControllerDaemonPool.get(),
                AgentProbe.of(run, folder, listener),
                listener,
                earlier != null && ImageBuild.isConfigured(earlier.site(), run) ? earlier.site() : null);
        return DaemonAttempts.of(
                selection,
                new Attempts(bake),
                location -> Async.then(
                        journal.begins(new BegunBuild(bake.getRef(), location)),
                        saved -> buildOn(location, folder, env, workspace)));
    }

    /** Returns the number of the target's image build. */
    private static int begin(String name, Target target) {
        List<String> tags = target.definition.build().tags();
        return target.build
                .beginTimelineOfTarget(tags.isEmpty() ? name : tags.get(0) + " (" + name + ")")
                .number();
    }

    /** Returns a line with a link to the bake's page. */
    private String link(Bake bake) {
        return HyperlinkNote.encodeTo(
                '/' + ImagesAction.of(run).urlOf(bake),
                "Bake " + bake.getNumber() + ": " + targets.size() + (targets.size() == 1 ? " target" : " targets"));
    }

    /** Lets all targets follow the attempts of the bake. A target that was built takes no part in later attempts. */
    private final class Attempts implements DaemonAttempts.Observer {
        private final Bake bake;

        Attempts(Bake bake) {
            this.bake = bake;
        }

        @Override
        public void located(BuildLocation location) {
            located = true;
            unfinished().forEach(target -> target.build.attempts().located(location));
        }

        @Override
        public void waiting() {
            unfinished().forEach(target -> target.build.attempts().waiting());
        }

        @Override
        public void lost(DaemonLostException failure) throws IOException {
            Map<String, Integer> builds = new HashMap<>();
            for (Target target : unfinished()) {
                target.build.attempts().lost(failure);
                builds.put(target.definition.name(), target.build.number());
            }
            ImagesAction.of(run).began(bake, builds);
        }
    }

    private List<Target> unfinished() {
        return targets.values().stream().filter(target -> !target.isBuilt()).toList();
    }

    private CompletableFuture<Boolean> buildOn(BuildLocation location, FilePath folder, EnvVars env, String workspace) {
        if (needed().isEmpty()) {
            // The daemon was lost after it had built everything.
            return CompletableFuture.completedFuture(Boolean.TRUE);
        }
        // Credential stores may be remote, and decrypting keys takes time.
        CompletableFuture<BakeCallable> callable = Async.call(Async.BLOCKING, () -> callable(location, env, workspace));
        return Async.then(callable, ready -> AgentCall.begin(folder, ready));
    }

    private BakeCallable callable(BuildLocation location, EnvVars env, String workspace)
            throws IOException, InterruptedException {
        List<BakeCallable.Part> parts = new ArrayList<>();
        for (Target target : needed()) {
            AgentBuildInput input = target.build.agentInput(location, workspace, env);
            boolean built = target.isBuilt();
            boolean check = isCheck(target.definition);
            parts.add(new BakeCallable.Part(
                    target.definition.name(),
                    !target.definition.linked() && !built,
                    check,
                    built || check ? List.of() : target.build.tagsOfUnchanged(),
                    built ? input.with(again(input.build())) : input,
                    target.log.getLogger()::print,
                    target.build.sink()));
        }
        RegistryConnections connections = RegistryAccess.connections(run);
        BuildTask task = new BuildTask(order.failOnWarning(), connections);
        BakeCallable.Skipping skipping = null;
        if (parts.stream().allMatch(part -> part.tags().isEmpty())) {
            listener.getLogger()
                    .println("Building " + parts.size() + (parts.size() == 1 ? " target on '" : " targets on '")
                            + location.builder() + "' (" + location.address() + ")");
        } else {
            // Which targets are built is known after the comparison.
            skipping = new BakeCallable.Skipping(connections, ImageBuild.startLine(task, location));
        }
        return new BakeCallable(
                parts,
                task,
                skipping,
                parts.get(0).input().endpoint(),
                ImageBuild.contextKey(identity()),
                (name, build) -> built(name, build, location),
                listener.getLogger()::print);
    }

    /** Returns the build of a target that was built before, for its result only. */
    private static DockerfileBuild again(DockerfileBuild build) {
        return build.withoutOutputs().withRef(BuildRequest.newRef());
    }

    /**
     * Returns the targets that were asked for and are not built yet, and those whose results they use. The latter may
     * have been skipped, or built on a daemon that was lost; they are built for their results, without outputs.
     */
    private Collection<Target> needed() {
        SortedMap<String, Target> needed = new TreeMap<>();
        List<Target> open = new ArrayList<>(unfinished());
        open.removeIf(target -> target.definition.linked());
        while (!open.isEmpty()) {
            Target target = open.remove(open.size() - 1);
            if (needed.put(target.definition.name(), target) == null) {
                target.definition.links().values().forEach(link -> open.add(targets.get(link)));
            }
        }
        return needed.values();
    }

    /** Takes a target that the agent has built. The agent is not trusted. */
    private void built(String name, Serializable build, BuildLocation location) {
        Target target = targets.get(name);
        if (target == null) {
            throw new IllegalArgumentException("there is no such target");
        }
        target.record(AgentAnswers.buildOutcome(build), location.builder());
    }

    /** Waits until all that was built is recorded, and ends the timelines of the other targets. */
    private CompletableFuture<Map<String, BuiltImage>> results(CompletableFuture<Boolean> built, Bake bake) {
        return Async.handle(built, (done, failure) -> {
            if (ImageBuild.isShuttingDown() && !located) {
                // The bake is started from the beginning after the restart.
                ImagesAction.of(run).discard(bake);
            }
            Throwable missing = failure == null
                    ? new AbortException("the agent sent an invalid result: a target is missing")
                    : failure;
            CompletableFuture<Void> all = CompletableFuture.allOf(targets.values().stream()
                    .map(target -> failure == null && !target.isBuilt() && isWithoutImage(target.definition)
                            ? target.withoutImage()
                            : target.result(missing))
                    .toArray(CompletableFuture[]::new));
            return Async.handle(
                    all,
                    (nothing, problem) -> failure != null
                            ? CompletableFuture.failedFuture(failure)
                            : problem != null
                                    ? CompletableFuture.failedFuture(problem)
                                    : CompletableFuture.completedFuture(images()));
        });
    }

    /**
     * Tells whether a target can have no image although the bake has succeeded. A linked target is not needed if all
     * that use it were skipped, or were built on a daemon that was then lost.
     */
    private static boolean isWithoutImage(TargetBuild target) {
        return isCheck(target) || target.linked();
    }

    private static boolean isCheck(TargetBuild target) {
        return !target.subrequest().isEmpty();
    }

    /** Returns the images of the targets that were asked for. */
    private Map<String, BuiltImage> images() {
        Map<String, BuiltImage> images = new LinkedHashMap<>();
        targets.forEach((name, target) -> {
            if (!target.definition.linked() && target.isBuilt()) {
                images.put(name, target.result(null).join());
            }
        });
        return images;
    }

    private List<String> platforms() {
        return needed().stream()
                .flatMap(target -> target.definition.build().platforms().stream())
                .distinct()
                .toList();
    }

    /** Returns a text that identifies the bake in the job. Bakes with the same text share a daemon's cache. */
    private String identity() {
        return run.getParent().getFullName() + "\0bake\0" + (order.remote() == null ? "" : order.remote() + "\0")
                + String.join("\0", order.files());
    }

    // --- what the files may ask for

    private void requireAllowed(Collection<TargetBuild> definitions) throws AbortException {
        if (definitions.isEmpty()) {
            throw refused("the selected targets of the bake files contain nothing to build");
        }
        List<String> allowed = new ArrayList<>(order.allow());
        // Each SSH agent that a target asks for is looked for among those that the job gives.
        allowed.add("ssh");
        BakeEntitlements entitlements;
        try {
            entitlements = BakeEntitlements.of(allowed);
        } catch (BuildkitException.InvalidRequestException e) {
            throw refused("allow: " + e.getMessage());
        }
        for (TargetBuild target : definitions) {
            List<String> missing = entitlements.missing(List.of(target));
            if (!missing.isEmpty()) {
                throw refused("target '" + target.name() + "' requests the entitlement '" + missing.get(0)
                        + "'; add it to allow of the step if the target may have it");
            }
            if (order.remote() != null && BakeEntitlements.writes(target)) {
                throw refused("target '" + target.name()
                        + "' writes files to the workspace, which bake files of another repository may not do;"
                        + " remove the output or the local cache, for example with set");
            }
            if (!Set.of("", TargetBuild.LINT).contains(target.subrequest())) {
                throw refused("target '" + target.name() + "' calls '"
                        + target.call()
                        + "', but a job can only build and check; remove call, or set it to check");
            }
            for (String link : target.links().values()) {
                if (definitions.stream().noneMatch(other -> other.name().equals(link))) {
                    throw refused(
                            "target '" + target.name() + "' needs the target '" + link + "', which does not exist");
                }
            }
        }
    }

    /** Returns a failure whose message is one line, also if it quotes a text of a file. */
    private static AbortException refused(String message) {
        return new AbortException(BuildkitException.oneLine(message));
    }

    /** A check of a target. */
    private interface Check {
        void check() throws AbortException;
    }

    private static void named(Target target, Check check) throws AbortException {
        try {
            check.check();
        } catch (AbortException e) {
            throw refused("target '" + target.definition.name() + "': " + e.getMessage());
        }
    }

    private ImageOrder imageOrder(TargetBuild target) throws AbortException {
        DockerfileBuild build = withPermittedCache(target).withRef(BuildRequest.newRef());
        // The values of files are not expanded, because they could ask for any variable.
        return ImageOrder.builder(build)
                .builder(order.builder())
                .credentialsId(credentialsId(target.name(), build))
                .contextCredentialsId(contextCredentialsId(build))
                .secrets(secrets(target))
                .ssh(ssh(target))
                .skipIfPresent(order.skipIfPresent())
                .skipIfUnchanged(order.skipIfUnchanged())
                .failOnWarning(order.failOnWarning())
                .retries(order.retries())
                .build();
    }

    /** Returns the build of a target. If the job pushes nothing, the build exports no cache to a registry, either. */
    private DockerfileBuild withPermittedCache(TargetBuild target) {
        BuildRequest request = target.build().request();
        List<CacheEntry> exports = order.push()
                ? request.cacheExports()
                : request.cacheExports().stream()
                        .filter(cache -> !cache.type().equals("registry"))
                        .toList();
        if (exports.size() == request.cacheExports().size()) {
            return target.build();
        }
        listener.getLogger()
                .println("The cache of target '" + target.name()
                        + "' is not exported to a registry, because push is false");
        return target.build().withCache(request.cacheImports(), exports);
    }

    /**
     * Returns the credentials for the registries of the target's tags. The file names the registries, so credentials
     * are only sent to registries that the job or an administrator names, too.
     */
    @CheckForNull
    private String credentialsId(String target, DockerfileBuild build) throws AbortException {
        if (order.credentialsId() == null || build.tags().isEmpty() || !build.isPushed()) {
            return null;
        }
        Set<String> hosts = new HashSet<>(order.registries());
        JobConfiguration.of(run.getParent())
                .registries()
                .forEach(registry -> hosts.add(registry.item().getHost()));
        for (String tag : build.tags()) {
            String host = ImageName.parse(tag).host();
            if (!hosts.contains(host)) {
                throw refused("target '" + target + "' pushes to '" + host
                        + "', which does not get the credentials '" + order.credentialsId()
                        + "'; add it to registries of the step if it may get them");
            }
        }
        return order.credentialsId();
    }

    /**
     * Returns the credentials of the remote definition, for contexts in its repository. The file names the contexts,
     * and a build can read the credentials of its context.
     */
    @CheckForNull
    private String contextCredentialsId(DockerfileBuild build) {
        return order.remote() != null && BakePaths.isSameRepository(order.remote(), build.context())
                ? order.contextCredentialsId()
                : null;
    }

    private List<BuildSecret> secrets(TargetBuild target) throws AbortException {
        List<BuildSecret> secrets = new ArrayList<>();
        for (TargetEntries.Secret asked : target.secrets()) {
            secrets.add(secret(target.name(), asked));
        }
        return secrets;
    }

    private BuildSecret secret(String target, TargetEntries.Secret asked) throws AbortException {
        for (BuildSecret given : order.secrets()) {
            if (given.getId().equals(asked.id())) {
                return given;
            }
        }
        BuildSecret secret = new BuildSecret(asked.id());
        if (!asked.source().isEmpty()) {
            // The agent reads files of the workspace only.
            secret.setFile(asked.source());
            return secret;
        }
        String variable = asked.environment().isEmpty() ? asked.id() : asked.environment();
        if (!order.environment().contains(variable)) {
            throw refused("target '" + target + "' requests the secret '" + asked.id()
                    + "'; add it to secrets of the step, or add the variable '" + variable
                    + "' to envVariables");
        }
        secret.setEnv(variable);
        return secret;
    }

    private List<SshAccess> ssh(TargetBuild target) throws AbortException {
        List<SshAccess> access = new ArrayList<>();
        for (TargetEntries.Ssh asked : target.ssh()) {
            String id = asked.id().isEmpty() ? SshAccess.DEFAULT_ID : asked.id();
            List<SshAccess> given =
                    order.ssh().stream().filter(each -> each.getId().equals(id)).toList();
            if (given.isEmpty()) {
                throw refused("target '" + target.name() + "' requests SSH '" + id + "'; add it to ssh of the step");
            }
            access.addAll(given);
        }
        if (target.ssh().isEmpty() && target.isFetchedOverSsh() && contextCredentialsId(target.build()) == null) {
            // As with buildx, the context is fetched with the default agent, here that of the step.
            order.ssh().stream()
                    .filter(each -> each.getId().equals(SshAccess.DEFAULT_ID))
                    .forEach(access::add);
        }
        return access;
    }
}
