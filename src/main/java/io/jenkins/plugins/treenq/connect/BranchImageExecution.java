// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.EnvVars;
import hudson.console.ConsoleLogFilter;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.triggers.TimerTrigger;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.report.MetadataResult;
import io.jenkins.plugins.treenq.run.Async;
import io.jenkins.plugins.treenq.run.BegunBuild;
import io.jenkins.plugins.treenq.run.ConsoleMasks;
import io.jenkins.plugins.treenq.run.ImageOrder;
import io.jenkins.plugins.treenq.run.RegistryImages;
import io.jenkins.plugins.treenq.step.BuildExecution;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import jenkins.branch.MultiBranchProject;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** One call of the step that builds the image of a branch's commit, or finds the image of this commit. */
final class BranchImageExecution extends BuildExecution {
    private static final long serialVersionUID = 1;

    /** ID of the promotion of an image that exists; null in a Pipeline that an earlier version saved. */
    private final String promotionId = UUID.randomUUID().toString();

    /** The build that was started last; null in a Pipeline that an earlier version saved. */
    private volatile Started started;

    /** What the build that is started next builds, and the names that it gives the image. */
    private transient volatile String ordered;

    /**
     * A build that was started.
     *
     * @param ref ID of the build in the daemon
     * @param ordered what it builds, and the names that it gives the image
     */
    private record Started(String ref, String ordered) implements Serializable {}

    BranchImageExecution(StepContext context) {
        super(null, context);
    }

    @Override
    protected CompletableFuture<BuiltImage> begin() throws Exception {
        Run<?, ?> run = getContext().get(Run.class);
        TaskListener listener = getContext().get(TaskListener.class);
        ImageSettings settings = BranchStep.settings(run);
        BranchCommit commit = run.getAction(BranchCommit.class);
        MultiBranchProject<?, ?> project =
                (MultiBranchProject<?, ?>) run.getParent().getParent();
        String name = ImagePattern.expand(settings.getImage(), project);
        MetadataResult metadata = metadata(settings, commit, name, run, listener);
        boolean push = pushes(settings, commit, listener.getLogger())
                && !metadata.getTags().isEmpty();
        ProjectImages images = ProjectImages.of(project);
        CommitImage key = CommitImage.of(settings, commit);
        if (push) {
            images.claim(name, metadata.getTags(), commit);
        }
        ordered = key.settings() + " " + (push ? metadata.getTags() : List.of());
        if (super.begun() != null && begun() == null) {
            listener.getLogger()
                    .println("The settings of the project were changed while Jenkins was restarting; building again");
        }
        ImageOrder order = new BranchOrder(settings, commit)
                .of(ref(), metadata, push, run.getParent().getFullName());
        if (!push) {
            return warnedAndBuilt(order, settings, commit);
        }
        Optional<String> built = begun() != null || settings.isRebuildCommits() || isScheduled(run)
                ? Optional.empty()
                : images.imageOf(key);
        if (built.isEmpty()) {
            return built(warnedAndBuilt(order, settings, commit), images, key);
        }
        CompletableFuture<BuiltImage> promoted = Async.call(Async.REGISTRIES, () -> new RegistryImages(run, listener)
                .promote(promotionId, built.get(), metadata.getTags(), order.credentialsId(), null));
        return Async.orElse(promoted, failure -> {
            if (failure instanceof AbortException) {
                listener.getLogger()
                        .println("WARNING: the commit is built again, because its image cannot be used: "
                                + failure.getMessage());
                return built(warnedAndBuilt(order, settings, commit), images, key);
            }
            return CompletableFuture.failedFuture(failure);
        });
    }

    /**
     * Returns the build that was started before a restart, unless the settings of the project have changed since then:
     * its image would be recorded as one of the new settings and under the new names.
     */
    @CheckForNull
    @Override
    public BegunBuild begun() {
        BegunBuild begun = super.begun();
        Started latest = started;
        return begun == null || latest == null || latest.equals(new Started(begun.ref(), ordered)) ? begun : null;
    }

    @Override
    public CompletableFuture<Void> begins(BegunBuild build) {
        started = new Started(build.ref(), ordered);
        return super.begins(build);
    }

    /** A build that a timer starts is for newer base images, so it does not use the image of an earlier build. */
    private static boolean isScheduled(Run<?, ?> run) {
        return run.getCause(TimerTrigger.TimerTriggerCause.class) != null;
    }

    /** Builds the image. A build that continues after a restart of Jenkins has printed its warning before. */
    private CompletableFuture<BuiltImage> warnedAndBuilt(ImageOrder order, ImageSettings settings, BranchCommit commit)
            throws IOException, InterruptedException {
        if (commit.isOnAgent() || begun() != null) {
            return build(order);
        }
        WorkflowRun run = (WorkflowRun) getContext().get(Run.class);
        TaskListener listener = getContext().get(TaskListener.class);
        CompletableFuture<Void> warned = Async.call(Async.BLOCKING, () -> {
            BranchCommit.warnOfLfs(run, settings, listener);
            return null;
        });
        return Async.then(warned, nothing -> build(order));
    }

    private static CompletableFuture<BuiltImage> built(
            CompletableFuture<BuiltImage> build, ProjectImages images, CommitImage key) {
        return Async.then(build, image -> {
            if (image.getReference() != null) {
                images.built(key, image.getReference());
            }
            return CompletableFuture.completedFuture(image);
        });
    }

    private MetadataResult metadata(
            ImageSettings settings, BranchCommit commit, String name, Run<?, ?> run, TaskListener listener)
            throws IOException, InterruptedException {
        EnvVars env = new EnvVars(getContext().get(EnvVars.class));
        env.putIfNotNull("GIT_URL", commit.url());
        env.putIfNotNull("GIT_COMMIT", commit.hash());
        return settings.rulesFor(name)
                .perform(
                        run,
                        env,
                        listener,
                        ConsoleMasks.of(getContext().get(ConsoleLogFilter.class)),
                        UnaryOperator.identity());
    }

    private static boolean pushes(ImageSettings settings, BranchCommit commit, PrintStream log) {
        if (!commit.isTrusted()) {
            log.println("The author of this change request may not push to the repository. The image is built"
                    + " without logins and secrets and is not pushed");
            if (!commit.isOnAgent() && commit.credentialsId() != null) {
                log.println("Therefore, the daemon fetches the repository without a login. If the repository is not"
                        + " public, select 'Check out the sources on an agent' in the project");
            }
            return false;
        }
        if (commit.isChangeRequest() && !settings.isPushChangeRequests()) {
            log.println("The image of a change request is built, and it is not pushed");
            return false;
        }
        return settings.getBuild().isPush();
    }
}
