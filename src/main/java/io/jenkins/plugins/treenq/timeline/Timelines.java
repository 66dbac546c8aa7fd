// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Run;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The timelines of a run's image builds: one file each in the run's folder, and in memory while a build is under way.
 */
public final class Timelines {
    private static final Logger LOGGER = Logger.getLogger(Timelines.class.getName());
    private static final String FOLDER = "treenq";
    private static final int MOST_WRITERS = 4;
    private static final long IDLE_SECONDS = 10;

    /** What is written to the disk of the controller. */
    private static final Executor WRITERS = writers();

    /**
     * Of the files of a run whose steps are loaded for a list of its builds. It is that of the largest file: whoever
     * looks at a run costs no more than whoever looks at one build, however many an agent reported of.
     */
    static final long MOST_LISTED_BYTES = TimelineFile.MOST_BYTES;

    private static final Pattern FILE = Pattern.compile("([1-9][0-9]{0,8})\\.json");

    private final Run<?, ?> run;
    private final Map<Integer, LiveTimeline> live = new ConcurrentHashMap<>();

    public Timelines(Run<?, ?> run) {
        this.run = run;
    }

    private static Executor writers() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                MOST_WRITERS,
                MOST_WRITERS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new NamingThreadFactory(new DaemonThreadFactory(), "treenq-timelines"));
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /**
     * A build begins.
     *
     * @param number counts from 1 within the run
     * @param ref names the build in the daemon
     * @param subject what is built, such as the first tag
     * @param builder its name
     */
    public LiveTimeline begin(int number, String ref, String subject, String builder) {
        Keeper keeper = new Keeper(number);
        LiveTimeline timeline = new LiveTimeline(
                new Timeline.Beginning(number, ref, subject, builder, LiveTimeline.clock()), keeper, WRITERS);
        live.put(number, timeline);
        return timeline;
    }

    /** In the file of one build. */
    private final class Keeper implements LiveTimeline.Keeper {
        private final int number;

        Keeper(int number) {
            this.number = number;
        }

        @Override
        public void keep(Timeline timeline) {
            Timelines.this.keep(timeline);
        }

        @Override
        public void drop() {
            try {
                Files.deleteIfExists(file(number));
            } catch (IOException e) {
                LOGGER.log(Level.WARNING, e, () -> file(number) + " cannot be deleted");
            }
            live.remove(number);
        }
    }

    /**
     * A build that Jenkins lost sight of succeeded.
     *
     * @param progress all that happened in it
     * @param image null when there is none
     */
    public void completed(String ref, ProgressReport progress, String digest, @CheckForNull ImageRecord image) {
        find(ref)
                .ifPresent(timeline -> keep(new Timeline(
                        timeline.beginning(),
                        new Timeline.End(endOf(timeline, progress), BuildState.SUCCESS, "", digest, 0),
                        progress,
                        timeline.marks(),
                        stepsStart(timeline),
                        timeline.source(),
                        image)));
    }

    /** How long a build took that Jenkins lost sight of; empty when nothing is known of it. */
    public Optional<Duration> durationOf(String ref, ProgressReport progress) {
        return find(ref).map(timeline -> Duration.between(timeline.beginning().time(), endOf(timeline, progress)));
    }

    private static Instant endOf(Timeline timeline, ProgressReport progress) {
        return stepsStart(timeline).plus(Duration.between(progress.start(), progress.now()));
    }

    /** Its steps may have begun when nothing was kept any more. */
    private static Instant stepsStart(Timeline timeline) {
        Instant known = timeline.stepsStart();
        return known == null ? timeline.knownUntil() : known;
    }

    /**
     * A build that a restart cut off is done again.
     *
     * @param ref names the earlier one in the daemon
     * @param number of the later one
     */
    public void continued(String ref, int number) {
        find(ref)
                .filter(timeline -> timeline.end() == null || timeline.end().state() == BuildState.INTERRUPTED)
                .ifPresent(timeline -> keep(timeline.ended(
                        new Timeline.End(timeline.knownUntil(), BuildState.INTERRUPTED, "", "", number))));
    }

    /** Of the build that has this name in the daemon. */
    public Optional<Integer> numberOf(String ref) {
        return find(ref).map(timeline -> timeline.beginning().number());
    }

    private Optional<Timeline> find(String ref) {
        return numbers().stream()
                .flatMap(number -> find(number).stream())
                .filter(timeline -> timeline.beginning().ref().equals(ref))
                .findFirst();
    }

    /**
     * Nothing of the build was begun.
     *
     * @return completes when there is nothing of it any more
     */
    public CompletableFuture<Void> discard(LiveTimeline timeline) {
        return timeline.drop();
    }

    private void keep(Timeline timeline) {
        int number = timeline.beginning().number();
        try {
            TimelineFile.write(file(number), timeline);
        } catch (IOException e) {
            // The build does not depend on it.
            LOGGER.log(Level.WARNING, e, () -> "what happens in an image build of " + run + " cannot be kept");
        }
        if (timeline.end() != null) {
            live.remove(number);
        }
    }

    /** Whether such a build began. */
    public boolean has(int number) {
        return live.containsKey(number) || Files.exists(file(number));
    }

    private Path folder() {
        return run.getRootDir().toPath().resolve(FOLDER);
    }

    private Path file(int number) {
        return folder().resolve(number + ".json");
    }

    /** In order. */
    private List<Integer> numbers() {
        TreeSet<Integer> numbers = new TreeSet<>(live.keySet());
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder())) {
            for (Path file : files) {
                Matcher name = FILE.matcher(String.valueOf(file.getFileName()));
                if (name.matches()) {
                    numbers.add(Integer.valueOf(name.group(1)));
                }
            }
        } catch (NoSuchFileException e) {
            // Nothing was built.
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "what happened in image builds of " + run + " cannot be read");
        }
        return new ArrayList<>(numbers);
    }

    private Optional<Timeline> find(int number) {
        return find(number, true);
    }

    private Optional<Timeline> find(int number, boolean withSteps) {
        LiveTimeline current = live.get(number);
        if (current != null) {
            return Optional.of(withSteps ? current.snapshot() : current.withoutSteps());
        }
        Path file = file(number);
        return (withSteps ? TimelineFile.read(file) : TimelineFile.readWithoutSteps(file))
                .filter(timeline -> timeline.beginning().number() == number)
                .or(() -> Files.exists(file) ? Optional.of(Timeline.unreadable(number)) : Optional.empty());
    }

    /** The page of a build, or null. */
    @CheckForNull
    public TimelinePage page(int number) {
        return page(number, true).orElse(null);
    }

    private Optional<TimelinePage> page(int number, boolean withSteps) {
        boolean running = live.containsKey(number);
        return find(number, withSteps).map(timeline -> new TimelinePage(run, timeline, running, withSteps));
    }

    /**
     * The pages of all builds, in order; those that do not fit into {@link #MOST_LISTED_BYTES} are without their steps.
     */
    public List<TimelinePage> pages() {
        List<TimelinePage> pages = new ArrayList<>();
        long leftBytes = MOST_LISTED_BYTES;
        for (int number : numbers()) {
            long bytes = TimelineFile.sizeBytes(file(number));
            boolean fits = bytes <= leftBytes;
            if (fits) {
                leftBytes -= bytes;
            }
            page(number, fits).ifPresent(pages::add);
        }
        return pages;
    }
}
