// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Api;
import hudson.model.Item;
import hudson.model.ModelObject;
import hudson.model.Run;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressSummary;
import io.jenkins.plugins.treenq.buildkit.progress.StepOutput;
import io.jenkins.plugins.treenq.buildkit.progress.StepReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.HttpResponses;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * The page of an image build, which follows the build while it is running, and the REST API of the build. An object of
 * this class shows one moment: each request gets a new object.
 */
@ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
public final class TimelinePage implements ModelObject {
    /** The visibility of properties in the REST API at any depth. */
    static final int ALWAYS = 9;

    private final Run<?, ?> run;
    private final Timeline timeline;
    private final boolean running;
    private final boolean withSteps;

    @CheckForNull
    private final Timeline.End end;

    private final ProgressSummary summary;

    TimelinePage(Run<?, ?> run, Timeline timeline, boolean running, boolean withSteps) {
        this.run = run;
        this.timeline = timeline;
        this.running = running;
        this.withSteps = withSteps;
        this.end = timeline.end();
        this.summary = ProgressSummary.of(timeline.progress().steps());
    }

    @Exported
    public int getNumber() {
        return timeline.beginning().number();
    }

    /** Returns the ID of the build in the daemon. */
    @Exported
    public String getRef() {
        return timeline.beginning().ref();
    }

    /** Returns the subject of the build, such as the first tag. */
    @Exported
    public String getSubject() {
        return timeline.beginning().subject();
    }

    @Override
    public String getDisplayName() {
        return getSubject();
    }

    @Exported
    public String getBuilder() {
        return timeline.beginning().builder();
    }

    @Exported
    public BuildState getState() {
        if (end != null) {
            return end.state();
        }
        return running ? BuildState.RUNNING : BuildState.INTERRUPTED;
    }

    /**
     * Tells whether these values can change: the build is running, or it was interrupted by a restart of Jenkins and
     * its run can still complete or repeat it.
     */
    @Exported
    public boolean isMayChange() {
        return isRunning() || getState() == BuildState.INTERRUPTED && getContinuedBy() == 0 && run.isBuilding();
    }

    public String getIcon() {
        return getState().icon();
    }

    /** Returns the state as a text for the page. */
    public String getStateText() {
        return getState().text();
    }

    private boolean isRunning() {
        return getState() == BuildState.RUNNING;
    }

    /** Returns the reason of a failure, or why the daemon was lost; empty if there is none. */
    @Exported
    public String getFailure() {
        return end == null ? "" : end.failure();
    }

    /** Returns the source location that caused the failure; null if there is none. */
    @CheckForNull
    @Exported
    public ExportedSource getFailedAt() {
        return ExportedSource.of(timeline.progress().failedAt());
    }

    /** Returns the digest of the image; empty if there is none. */
    @Exported
    public String getDigest() {
        return end == null ? "" : end.digest();
    }

    /** Returns the start of the build by the controller's clock, in milliseconds since 1970. */
    @Exported
    public long getStartMillis() {
        return timeline.beginning().time().toEpochMilli();
    }

    /** Returns the duration of the build so far, in milliseconds. */
    @Exported
    public long getDurationMillis() {
        if (end == null && !running && timeline.marks().isEmpty()) {
            return getStepsNowMillis() - getStepsStartMillis();
        }
        return sinceBeginning(until());
    }

    private Instant until() {
        return end == null && running ? Instant.now() : timeline.knownUntil();
    }

    private long sinceBeginning(Instant time) {
        return Math.max(0, Duration.between(timeline.beginning().time(), time).toMillis());
    }

    /** Returns the duration as a text for the page. */
    public String getDurationText() {
        return DurationText.of(getDurationMillis());
    }

    /**
     * Returns the phases of the build in order and without gaps. The list is empty for the records of earlier versions.
     */
    @Exported
    public List<ExportedPhase> getPhases() {
        return ExportedPhase.of(timeline, getDurationMillis(), getState() == BuildState.RUNNING);
    }

    /**
     * Returns the time from the start of the build to the start of the first step, in milliseconds; 0 if it is unknown.
     */
    @Exported
    public long getStepsOffsetMillis() {
        return timeline.stepsStart() == null ? 0 : Math.min(sinceBeginning(timeline.stepsStart()), getDurationMillis());
    }

    /** Returns the Dockerfile and the arguments of the build; null if they are unknown. */
    @CheckForNull
    @Exported
    public BuildSource getSource() {
        return timeline.source();
    }

    /** Returns the image of the build; null if there is none or it is unknown. */
    @CheckForNull
    @Exported
    public ExportedImage getImage() {
        return ExportedImage.of(timeline.image());
    }

    /**
     * Returns the number of the build that repeats this build after a restart of Jenkins or because the daemon was
     * lost; 0 if there is none.
     */
    @Exported
    public int getContinuedBy() {
        return end == null ? 0 : end.continuedBy();
    }

    /** Returns the start of the first step by the daemon's clock, in milliseconds since 1970. */
    @Exported
    public long getStepsStartMillis() {
        return timeline.progress().start().toEpochMilli();
    }

    /** Returns the time of the latest known event of the steps by the daemon's clock, in milliseconds since 1970. */
    @Exported
    public long getStepsNowMillis() {
        return timeline.progress().now().toEpochMilli();
    }

    /** Returns the number of steps that are stored. The build has more steps if some were omitted. */
    @Exported
    public int getStepCount() {
        return summary.steps();
    }

    /** Returns the number of steps whose results can come from the cache. */
    @Exported
    public int getCacheable() {
        return summary.cacheable();
    }

    /** Returns the number of steps whose results came from the cache. */
    @Exported
    public int getCached() {
        return summary.cached();
    }

    /** Returns the size of the transferred contexts, images and results in bytes, as far as the daemon reports it. */
    @Exported
    public long getTransferredBytes() {
        return summary.transferredBytes();
    }

    /** Tells whether some of the build's events were omitted because of the limits. */
    @Exported
    public boolean isLeftOut() {
        return timeline.progress().leftOut();
    }

    /**
     * Tells whether steps, warnings and numbers are omitted here because the list of the run's builds would become too
     * large. The build's own page shows them.
     */
    @Exported
    public boolean isStepsOmitted() {
        return !withSteps;
    }

    /** Returns the steps in the order in which they started. Steps that have not started come last. */
    @Exported
    public List<ExportedStep> getSteps() {
        Instant start = timeline.progress().start();
        Comparator<StepReport> order = Comparator.comparing((StepReport step) ->
                        step.start() == null ? Instant.MAX : step.start().isBefore(start) ? start : step.start())
                // The daemon reports a step before the steps whose results it uses.
                .thenComparing(step -> step.start() == null ? -step.number() : step.number());
        return timeline.progress().steps().stream()
                .sorted(order)
                .map(step -> ExportedStep.of(
                        step,
                        timeline.progress().output().get(step.number()),
                        timeline.progress().now(),
                        isRunning()))
                .toList();
    }

    @Exported
    public List<ExportedWarning> getWarnings() {
        return timeline.progress().warnings().stream().map(ExportedWarning::of).toList();
    }

    public Run<?, ?> getRun() {
        return run;
    }

    public Api getApi() {
        return new Api(this);
    }

    /** Returns the output of a step, as far as it is stored. */
    public HttpResponse doLog(@QueryParameter int step) {
        run.checkPermission(Item.READ);
        StepOutput output = timeline.progress().output().get(step);
        if (output == null) {
            return HttpResponses.text("");
        }
        List<String> lines = new ArrayList<>(output.first());
        if (output.leftOut() > 0) {
            lines.add(Messages.TimelinePage_leftOut(output.leftOut()));
        }
        lines.addAll(output.last());
        return HttpResponses.text(String.join("\n", lines) + "\n");
    }
}
