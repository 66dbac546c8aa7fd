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
import io.jenkins.plugins.treenq.run.ConsoleMask;
import io.jenkins.plugins.treenq.run.ImageBuild;
import io.jenkins.plugins.treenq.run.NotReached;
import io.jenkins.plugins.treenq.run.Placement;
import io.jenkins.plugins.treenq.run.Site;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * One call of the step, which outlives a restart of the controller:
 *
 * <pre>
 * start ──► waits for a place ──► builds on the agent ──► success or failure
 *   │              ▲                   │          │ restart
 *   │              │ daemon not reached│          ▼
 *   │              └───────────────────┘       onResume ──► asks that daemon's history for the build
 *   │              ▲                                            │ anything else    │ it succeeded: success
 *   │              └────────────────────────────────────────────┘ under a new name
 *   └── stop interrupts whatever is done, and with it the build in the daemon
 * </pre>
 *
 * A thread of the controller waits for the agent while it builds, and none while the build waits for a place.
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
        FilePath folder = onAgent ? awaitAgent() : null;
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
        BuiltImage image;
        try {
            Site found = Awaited.get(place);
            site = found;
            getContext().saveState();
            image = perform(service, found);
        } finally {
            placement.close();
        }
        if (image == null) {
            buildAtNextPlace(service);
        } else {
            getContext().onSuccess(image);
        }
    }

    /** Null when the daemon was not reached. */
    @CheckForNull
    private BuiltImage perform(ImageBuild service, Site found) throws IOException, InterruptedException {
        try {
            return service.perform(found, getContext().get(FilePath.class), getContext().get(EnvVars.class));
        } catch (NotReached e) {
            placement.failed(found, e);
            return null;
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

    /** Its {@code node} step gives up when the agent does not come back, and stops this one then. */
    private FilePath awaitAgent() throws IOException, InterruptedException {
        while (true) {
            FilePath folder = getContext().get(FilePath.class);
            if (folder != null && folder.toComputer() != null) {
                return folder;
            }
            Thread.sleep(AGENT_POLL_MILLIS);
        }
    }
}
