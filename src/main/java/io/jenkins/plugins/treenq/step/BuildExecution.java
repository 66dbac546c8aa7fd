// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.console.ConsoleLogFilter;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.report.BuiltImage;
import io.jenkins.plugins.treenq.run.Awaited;
import io.jenkins.plugins.treenq.run.BegunBuild;
import io.jenkins.plugins.treenq.run.ConsoleMask;
import io.jenkins.plugins.treenq.run.ImageBuild;
import io.jenkins.plugins.treenq.run.NotReached;
import io.jenkins.plugins.treenq.run.Placement;
import io.jenkins.plugins.treenq.run.Site;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import jenkins.util.Timer;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * One call of the step, which outlives a restart of the controller:
 *
 * <pre>
 * start ──► waits for a place ──► the agent builds ──► success or failure
 *   │              ▲                   │          │ restart
 *   │              │ daemon not reached│          ▼
 *   │              └───────────────────┘       onResume ──► asks that daemon's history for the build
 *   │              ▲                                            │ anything else    │ it succeeded: success
 *   │              └────────────────────────────────────────────┘ under a new name
 *   └── stop interrupts whatever is done, and with it the build in the daemon
 * </pre>
 *
 * No thread of the controller waits, neither for a place nor for an agent.
 */
final class BuildExecution extends StoppableExecution {
    private static final long serialVersionUID = 1;
    private static final int AGENT_POLL_MILLIS = 1000;

    private final TreenqBuildStep step;

    /** Whether the step has a workspace; without, the daemon fetches everything. */
    private boolean onAgent;

    /** Of the build in the daemon. */
    private String ref = BuildRequest.newRef();

    /** Null as long as the build has not been begun. */
    private volatile Site site;

    private transient volatile Placement placement;

    BuildExecution(TreenqBuildStep step, StepContext context) {
        super(context);
        this.step = step;
    }

    @Override
    public boolean start() throws IOException, InterruptedException {
        onAgent = getContext().get(FilePath.class) != null;
        submit(this::build);
        return false;
    }

    @Override
    public void onResume() {
        submit(this::resume);
    }

    @Override
    public void stop(@NonNull Throwable cause) throws Exception {
        super.stop(cause);
        if (placement != null) {
            placement.close();
        }
    }

    private void build() throws IOException, InterruptedException {
        build(service(), null);
    }

    private void resume() throws IOException, InterruptedException {
        FilePath folder = getContext().get(FilePath.class);
        if (onAgent && (folder == null || folder.toComputer() == null)) {
            // Its node step gives up when the agent does not come back, and stops this one then.
            Timer.get().schedule(() -> submit(this::resume), AGENT_POLL_MILLIS, TimeUnit.MILLISECONDS);
            return;
        }
        Site begun = site;
        String earlier = ref;
        // Names of builds are used once, so the new one must be known before it is.
        ref = BuildRequest.newRef();
        getContext().saveState();
        ImageBuild service = service();
        Optional<BuiltImage> image = begun == null
                ? Optional.empty()
                : service.recall(earlier, begun, folder, getContext().get(EnvVars.class));
        if (image.isPresent()) {
            getContext().onSuccess(image.get());
        } else {
            build(service, begun);
        }
    }

    private void build(ImageBuild service, @CheckForNull Site earlier) throws IOException, InterruptedException {
        if (earlier == null && service.isDivided()) {
            // Such are built again after a restart, with what is in the builders' caches.
            getContext().onSuccess(service.perform(getContext().get(FilePath.class), getContext().get(EnvVars.class)));
            return;
        }
        Optional<BuiltImage> present = service.present();
        if (present.isPresent()) {
            getContext().onSuccess(present.get());
            return;
        }
        placement = service.placement(earlier);
        buildAtNextPlace(service);
    }

    private void buildAtNextPlace(ImageBuild service) {
        CompletableFuture<Site> next = placement.next();
        next.whenComplete((found, failure) -> {
            if (!submit(() -> buildAt(next, service))) {
                placement.close();
            }
        });
    }

    private void buildAt(CompletableFuture<Site> place, ImageBuild service) throws IOException, InterruptedException {
        BegunBuild build = null;
        try {
            Site found = Awaited.get(place);
            site = found;
            getContext().saveState();
            build = service.begin(found, getContext().get(FilePath.class), getContext().get(EnvVars.class));
        } finally {
            if (build == null) {
                placement.close();
            }
        }
        BegunBuild begun = build;
        onStop(begun::cancel);
        begun.whenOver(() -> submitAnyway(() -> end(service, begun)));
    }

    private void end(ImageBuild service, BegunBuild build) throws IOException, InterruptedException {
        BuiltImage image = null;
        try {
            image = service.end(build);
        } catch (NotReached e) {
            placement.failed(site, e);
        } finally {
            placement.close();
        }
        if (image == null) {
            buildAtNextPlace(service);
        } else {
            getContext().onSuccess(image);
        }
    }

    private ImageBuild service() throws IOException, InterruptedException {
        StepContext context = getContext();
        return new ImageBuild(
                step.order(ref, UnaryOperator.identity()),
                context.get(Run.class),
                context.get(TaskListener.class),
                ConsoleMask.of(context.get(ConsoleLogFilter.class)));
    }
}
