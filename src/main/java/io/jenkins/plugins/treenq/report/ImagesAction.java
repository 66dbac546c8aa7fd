// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.model.AbstractBuild;
import hudson.model.Api;
import hudson.model.EnvironmentContributingAction;
import hudson.model.ModelObject;
import hudson.model.Run;
import hudson.util.CopyOnWriteList;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;
import io.jenkins.plugins.treenq.timeline.BuildState;
import io.jenkins.plugins.treenq.timeline.DurationText;
import io.jenkins.plugins.treenq.timeline.ImageRecord;
import io.jenkins.plugins.treenq.timeline.LiveTimeline;
import io.jenkins.plugins.treenq.timeline.TimelinePage;
import io.jenkins.plugins.treenq.timeline.Timelines;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jenkins.model.RunAction2;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * The images of a run and the progress of their builds, on the run's page, in the REST API, and in the environment of a
 * freestyle build's later steps.
 */
@ExportedBean
public final class ImagesAction implements RunAction2, EnvironmentContributingAction {
    /** The beginning of the names of the bakes' pages, before their numbers. */
    private static final String BAKE = "bake-";

    /** The maximum number of entries on the page of the run. */
    private static final int SUMMARY = 50;

    /**
     * In the order of their creation. The list is copied on write, because one branch of a run can save the list while
     * another branch adds an image.
     */
    private final CopyOnWriteList<BuiltImage> images = new CopyOnWriteList<>();

    private int numbers;
    private int promotions;

    /** Null in the records of earlier versions. */
    private CopyOnWriteList<Bake> bakes = new CopyOnWriteList<>();

    private transient Run<?, ?> run;
    private transient Timelines timelines;

    private ImagesAction() {}

    /** Returns the action of the run, and creates it if there is none. */
    public static ImagesAction of(Run<?, ?> run) {
        // Several branches of a Pipeline can call this method at the same time.
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
     * Starts the timeline of an image build, and saves the run.
     *
     * @param ref ID of the build in the daemon
     * @param subject subject of the build, such as the first tag
     * @param builder name of the builder; empty if it is not known yet
     */
    public LiveTimeline begin(String ref, String subject, String builder) throws IOException {
        LiveTimeline timeline = beginOne(ref, subject, builder);
        // The run is saved, so that the build's page exists from now on, regardless of the result.
        run.save();
        return timeline;
    }

    /** Starts the timeline of one of several image builds. {@link #began} saves the run for all of them. */
    public LiveTimeline beginOne(String ref, String subject, String builder) {
        return timelines.begin(nextNumber(), ref, subject, builder);
    }

    /**
     * Records the start of a bake.
     *
     * @param ref ID by which the bake is found after a restart of Jenkins
     * @param subject what is baked
     */
    public synchronized Bake beginBake(String ref, String subject) {
        Bake bake = new Bake(bakes.size() + 1, ref, subject);
        bakes.add(bake);
        return bake;
    }

    /** Removes a bake that was never started. */
    public synchronized void discard(Bake bake) {
        bakes.remove(bake);
    }

    /**
     * Records that a bake that was interrupted by a restart of Jenkins is repeated.
     *
     * @param ref ID of the interrupted bake
     */
    public void continued(String ref, Bake by) {
        for (Bake bake : getBakes()) {
            if (bake.getRef().equals(ref)) {
                bake.builds().forEach((target, build) -> {
                    Integer next = by.builds().get(target);
                    if (next != null) {
                        timelines.continued(build, next);
                    }
                });
            }
        }
    }

    /**
     * Records image builds of a bake's targets.
     *
     * @param builds numbers of the image builds, by target
     */
    public void began(Bake bake, Map<String, Integer> builds) throws IOException {
        bake.began(builds);
        run.save();
    }

    /** Returns the bakes of the run. */
    @Exported
    public List<Bake> getBakes() {
        return bakes.getView();
    }

    /** Returns the URL of a bake's page, relative to Jenkins' root URL. */
    public String urlOf(Bake bake) {
        return run.getUrl() + getUrlName() + '/' + BAKE + bake.getNumber() + '/';
    }

    /**
     * Removes the timeline of a build that was never started.
     *
     * @return completes when the timeline is removed and its number can be used for another build
     */
    public CompletableFuture<Void> discard(LiveTimeline timeline) {
        return timelines.discard(timeline).thenRun(() -> releaseNumber(timeline.number()));
    }

    private synchronized void releaseNumber(int number) {
        if (number == numbers) {
            numbers--;
        }
    }

    /** Returns the image that the build with this number created, if it was recorded. */
    public Optional<BuiltImage> image(int number) {
        return getImages().stream()
                .filter(image -> number != 0 && image.getNumber() == number)
                .findFirst();
    }

    Optional<BuiltImage> promotion(String id) {
        return getImages().stream().filter(image -> image.isPromotedBy(id)).findFirst();
    }

    /** Returns the number of the build with this ID in the daemon; 0 if it is unknown. */
    public int numberOf(String ref) {
        return timelines.numberOf(ref).orElse(0);
    }

    /**
     * Completes the timeline of a build that finished while Jenkins was restarted.
     *
     * @param progress the complete progress of the build
     * @param image the image; null if there is none
     */
    public void completed(String ref, ProgressReport progress, String digest, @CheckForNull ImageRecord image) {
        timelines.completed(ref, progress, digest, image);
    }

    /**
     * Returns the duration of a build that finished while Jenkins was restarted; empty if there is no timeline of the
     * build.
     */
    public Optional<Duration> durationOf(String ref, ProgressReport progress) {
        return timelines.durationOf(ref, progress);
    }

    /**
     * Records that a build that was interrupted by a restart of Jenkins is repeated.
     *
     * @param ref ID of the interrupted build in the daemon
     * @param number number of the build that repeats it
     */
    public void continued(String ref, int number) {
        timelines.continued(ref, number);
    }

    /** Returns the number for the next image build, which counts from 1 in the run. */
    private synchronized int nextNumber() {
        return ++numbers;
    }

    /** Returns the number for the next promoted image. Several images can be promoted at the same time. */
    synchronized int nextPromotion() {
        // Earlier versions counted all images.
        promotions = Math.max(promotions, images.size()) + 1;
        return promotions;
    }

    void add(BuiltImage image) {
        images.add(image);
    }

    @Exported
    public List<BuiltImage> getImages() {
        return images.getView();
    }

    /** Returns the pages of all image builds that were started. */
    @Exported
    public List<TimelinePage> getBuilds() {
        return timelines.pages();
    }

    /** Returns the page of the image build with this number, or of a bake; null if there is none. */
    @CheckForNull
    public ModelObject getDynamic(String number) {
        try {
            if (number.startsWith(BAKE)) {
                int ofBake = Integer.parseInt(number.substring(BAKE.length()));
                return getBakes().stream()
                        .filter(bake -> bake.getNumber() == ofBake)
                        .findFirst()
                        .map(bake -> new BakePage(this, bake))
                        .orElse(null);
            }
            return timelines.page(Integer.parseInt(number));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Returns the URL of an image build's page, relative to Jenkins' root URL. */
    public String urlOf(int number) {
        return run.getUrl() + getUrlName() + '/' + number + '/';
    }

    /**
     * An image build, an image, or both.
     *
     * @param build the page of the build; null for a promoted image
     * @param image the image; null for a build that created no image
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

        private boolean isFailed() {
            return build != null && build.getState() == BuildState.FAILURE;
        }
    }

    /**
     * Returns the builds and images in the order in which the run requested them: the builds by their numbers, and
     * between them the images that were promoted in the meantime.
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

    /**
     * Returns the entries for the page of the run, which would be too large with all images of a large bake. Failed
     * builds take precedence over the others.
     */
    public List<Entry> summary(List<Entry> all) {
        Set<Entry> shown = Stream.concat(all.stream().filter(Entry::isFailed), all.stream())
                .distinct()
                .limit(SUMMARY)
                .collect(Collectors.toSet());
        return all.stream().filter(shown::contains).toList();
    }

    private static long startMillis(BuiltImage image) {
        return image.getTimestamp() - Math.round(image.getDuration() * 1000);
    }

    private synchronized boolean isEmpty() {
        return numbers == 0 && images.isEmpty();
    }

    /** Returns the duration as a text for the page. */
    public String durationOf(BuiltImage image) {
        return DurationText.of(Math.round(image.getDuration() * 1000));
    }

    public Api getApi() {
        return new Api(this);
    }

    public Run<?, ?> getRun() {
        return run;
    }

    /**
     * Sets the environment variables of a freestyle build. A Pipeline gets none, because a Jenkinsfile has the step's
     * result, and parallel branches would overwrite each other's variables.
     */
    @Override
    public void buildEnvironment(@NonNull Run<?, ?> run, @NonNull EnvVars env) {
        List<BuiltImage> all = getImages();
        if (run instanceof AbstractBuild && !all.isEmpty()) {
            BuiltImage last = all.get(all.size() - 1);
            env.put("TREENQ_IMAGE_DIGEST", last.getDigest());
            env.put("TREENQ_IMAGE", last.toString());
        }
        if (run instanceof AbstractBuild) {
            getBakes().forEach(bake -> bake.builds()
                    .forEach((target, build) -> image(build).ifPresent(image -> {
                        String name = target.toUpperCase(Locale.ROOT).replace('-', '_');
                        env.put("TREENQ_IMAGE_DIGEST_" + name, image.getDigest());
                        env.put("TREENQ_IMAGE_" + name, image.toString());
                    })));
        }
    }

    @Override
    public void onAttached(Run<?, ?> run) {
        setRun(run);
    }

    @Override
    public void onLoad(Run<?, ?> run) {
        setRun(run);
    }

    private void setRun(Run<?, ?> run) {
        this.run = run;
        this.timelines = new Timelines(run);
        this.bakes = bakes == null ? new CopyOnWriteList<>() : bakes;
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
