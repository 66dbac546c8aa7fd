// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.model.AbstractBuild;
import hudson.model.Api;
import hudson.model.EnvironmentContributingAction;
import hudson.model.Run;
import hudson.util.CopyOnWriteList;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;
import io.jenkins.plugins.treenq.timeline.DurationText;
import io.jenkins.plugins.treenq.timeline.ImageRecord;
import io.jenkins.plugins.treenq.timeline.LiveTimeline;
import io.jenkins.plugins.treenq.timeline.TimelinePage;
import io.jenkins.plugins.treenq.timeline.Timelines;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import jenkins.model.RunAction2;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** The images of one run and how they were built: on its page, in REST, and for a freestyle build's later steps. */
@ExportedBean
public final class ImagesAction implements RunAction2, EnvironmentContributingAction {
    /** In the order of their making: one branch of a run may save them while another adds to them. */
    private final CopyOnWriteList<BuiltImage> images = new CopyOnWriteList<>();

    private int numbers;
    private transient Run<?, ?> run;
    private transient Timelines timelines;

    private ImagesAction() {}

    /** The run's one action, made when there is none yet. */
    public static ImagesAction of(Run<?, ?> run) {
        // Branches of a Pipeline come here at the same time.
        synchronized (run) {
            ImagesAction present = run.getAction(ImagesAction.class);
            if (present == null) {
                present = new ImagesAction();
                run.addAction(present);
            }
            return present;
        }
    }

    /**
     * An image build begins.
     *
     * @param ref names it in the daemon
     * @param subject what is built, such as the first tag
     * @param builder its name; empty when that is not known yet
     */
    public LiveTimeline begin(String ref, String subject, String builder) throws IOException {
        LiveTimeline timeline = timelines.begin(nextNumber(), ref, subject, builder);
        // Its page is there from now on, whatever becomes of it.
        run.save();
        return timeline;
    }

    /**
     * Nothing of the build began.
     *
     * @return completes when there is nothing of it any more, and its number may be another build's
     */
    public CompletableFuture<Void> discard(LiveTimeline timeline) {
        return timelines.discard(timeline).thenRun(() -> giveBack(timeline.number()));
    }

    private synchronized void giveBack(int number) {
        if (number == numbers) {
            numbers--;
        }
    }

    /** What the image build of that number made, if it was recorded. */
    public Optional<BuiltImage> image(int number) {
        return getImages().stream()
                .filter(image -> number != 0 && image.getNumber() == number)
                .findFirst();
    }

    /** Of the build that has this name in the daemon; 0 when that is not known. */
    public int numberOf(String ref) {
        return timelines.numberOf(ref).orElse(0);
    }

    /**
     * A build that Jenkins lost sight of succeeded.
     *
     * @param progress all that happened in it
     * @param image null when there is none
     */
    public void completed(String ref, ProgressReport progress, String digest, @CheckForNull ImageRecord image) {
        timelines.completed(ref, progress, digest, image);
    }

    /** How long a build took that Jenkins lost sight of; empty when nothing is known of it. */
    public Optional<Duration> durationOf(String ref, ProgressReport progress) {
        return timelines.durationOf(ref, progress);
    }

    /**
     * A build that a restart of Jenkins cut off is done again.
     *
     * @param ref names the earlier one in the daemon
     * @param number of the later one
     */
    public void continued(String ref, int number) {
        timelines.continued(ref, number);
    }

    /** Counts from 1 within the run. */
    private synchronized int nextNumber() {
        return ++numbers;
    }

    void add(BuiltImage image) {
        images.add(image);
    }

    @Exported
    public List<BuiltImage> getImages() {
        return images.getView();
    }

    /** Every image build that began. */
    @Exported
    public List<TimelinePage> getBuilds() {
        return timelines.pages();
    }

    /** The page of an image build, by its number; null when there is none. */
    @CheckForNull
    public TimelinePage getDynamic(String number) {
        try {
            return timelines.page(Integer.parseInt(number));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Of the page of an image build, relative to Jenkins' own. */
    public String urlOf(int number) {
        return run.getUrl() + getUrlName() + '/' + number + '/';
    }

    /**
     * An image build, an image, or both.
     *
     * @param build null for what was promoted
     * @param image null for a build that made none
     */
    public record Entry(
            @CheckForNull TimelinePage build, @CheckForNull BuiltImage image) {
        @CheckForNull
        public TimelinePage getBuild() {
            return build;
        }

        @CheckForNull
        public BuiltImage getImage() {
            return image;
        }
    }

    /**
     * What the run was asked for, in that order: builds by their numbers, and in between what was promoted meanwhile.
     */
    public List<Entry> getEntries() {
        List<BuiltImage> others = new ArrayList<>(getImages().stream()
                .filter(image -> !timelines.has(image.getNumber()))
                .toList());
        List<Entry> entries = new ArrayList<>();
        for (TimelinePage build : timelines.pages()) {
            while (!others.isEmpty() && startMillis(others.get(0)) < build.getStartMillis()) {
                entries.add(new Entry(null, others.remove(0)));
            }
            entries.add(new Entry(build, image(build.getNumber()).orElse(null)));
        }
        others.forEach(image -> entries.add(new Entry(null, image)));
        return entries;
    }

    private static long startMillis(BuiltImage image) {
        return image.getTimestamp() - Math.round(image.getDuration() * 1000);
    }

    private synchronized boolean isEmpty() {
        return numbers == 0 && images.isEmpty();
    }

    /** For a person. */
    public String durationOf(BuiltImage image) {
        return DurationText.of(Math.round(image.getDuration() * 1000));
    }

    public Api getApi() {
        return new Api(this);
    }

    public Run<?, ?> getRun() {
        return run;
    }

    /** A Jenkinsfile has the step's result, and its branches would overwrite each other's variables. */
    @Override
    public void buildEnvironment(@NonNull Run<?, ?> run, @NonNull EnvVars env) {
        List<BuiltImage> all = getImages();
        if (run instanceof AbstractBuild && !all.isEmpty()) {
            BuiltImage last = all.get(all.size() - 1);
            env.put("TREENQ_IMAGE_DIGEST", last.getDigest());
            env.put("TREENQ_IMAGE", last.toString());
        }
    }

    @Override
    public void onAttached(Run<?, ?> run) {
        belongTo(run);
    }

    @Override
    public void onLoad(Run<?, ?> run) {
        belongTo(run);
    }

    private void belongTo(Run<?, ?> run) {
        this.run = run;
        this.timelines = new Timelines(run);
    }

    @CheckForNull
    @Override
    public String getIconFileName() {
        return isEmpty() ? null : "symbol-image-layers plugin-treenq-build";
    }

    @Override
    public String getDisplayName() {
        return Messages.ImagesAction_displayName();
    }

    @Override
    public String getUrlName() {
        return "treenq";
    }
}
