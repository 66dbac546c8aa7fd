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
 * The page of an image build, which follows it while it runs, and the same for programs. It shows one moment: each
 * request gets its own.
 */
@ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
public final class TimelinePage implements ModelObject {
    /** However deep below what was asked for. */
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

    /** Name of the build in the daemon. */
    @Exported
    public String getRef() {
        return timeline.beginning().ref();
    }

    /** What is built, such as the first tag. */
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

    public String getIcon() {
        return getState().icon();
    }

    /** For a person. */
    public String getStateText() {
        return getState().text();
    }

    private boolean isRunning() {
        return getState() == BuildState.RUNNING;
    }

    /** Empty unless it failed. */
    @Exported
    public String getFailure() {
        return end == null ? "" : end.failure();
    }

    /** The place in the source that made it fail; null when there is none. */
    @CheckForNull
    @Exported
    public ExportedSource getFailedAt() {
        return ExportedSource.of(timeline.progress().failedAt());
    }

    /** Of the image; empty when there is none. */
    @Exported
    public String getDigest() {
        return end == null ? "" : end.digest();
    }

    /** When it began, by the controller's clock. */
    @Exported
    public long getStartMillis() {
        return timeline.beginning().time().toEpochMilli();
    }

    /** So far. */
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

    /** For a person. */
    public String getDurationText() {
        return DurationText.of(getDurationMillis());
    }

    /** Of what the time went into, in order and without a gap. None for what earlier versions kept. */
    @Exported
    public List<ExportedPhase> getPhases() {
        return ExportedPhase.of(timeline, getDurationMillis(), getState() == BuildState.RUNNING);
    }

    /** When the first step began, counted from when the build did; 0 when that is not known. */
    @Exported
    public long getStepsOffsetMillis() {
        return timeline.stepsStart() == null ? 0 : Math.min(sinceBeginning(timeline.stepsStart()), getDurationMillis());
    }

    /** What was built; null when that is not known. */
    @CheckForNull
    @Exported
    public BuildSource getSource() {
        return timeline.source();
    }

    /** What the build made; null when that is nothing, or not known. */
    @CheckForNull
    @Exported
    public ExportedImage getImage() {
        return ExportedImage.of(timeline.image());
    }

    /** Number of the build that did the same again after a restart of Jenkins; 0 when there is none. */
    @Exported
    public int getContinuedBy() {
        return end == null ? 0 : end.continuedBy();
    }

    /** When the first step began, by the daemon's clock. */
    @Exported
    public long getStepsStartMillis() {
        return timeline.progress().start().toEpochMilli();
    }

    /** As far as the steps are known, by the daemon's clock. */
    @Exported
    public long getStepsNowMillis() {
        return timeline.progress().now().toEpochMilli();
    }

    /** How many steps the build has; more, when some were left out. */
    @Exported
    public int getStepCount() {
        return summary.steps();
    }

    /** How many steps a cache can spare. */
    @Exported
    public int getCacheable() {
        return summary.cacheable();
    }

    /** How many of these it did. */
    @Exported
    public int getCached() {
        return summary.cached();
    }

    /** Contexts, images and results, as far as the daemon counts them. */
    @Exported
    public long getTransferredBytes() {
        return summary.transferredBytes();
    }

    /** Whether there is more than is kept. */
    @Exported
    public boolean isLeftOut() {
        return timeline.progress().leftOut();
    }

    /**
     * Whether steps, warnings and numbers are on the build's own page only: the list of a run's builds has no room for
     * them.
     */
    @Exported
    public boolean isStepsOmitted() {
        return !withSteps;
    }

    /** In the order in which they began; those that wait come last. */
    @Exported
    public List<ExportedStep> getSteps() {
        Instant start = timeline.progress().start();
        Comparator<StepReport> order = Comparator.comparing((StepReport step) ->
                        step.start() == null ? Instant.MAX : step.start().isBefore(start) ? start : step.start())
                // The daemon speaks of a step before those that it needs.
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

    /** What a step wrote, as far as it is kept. */
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
