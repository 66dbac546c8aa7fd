// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.init.Terminator;
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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
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
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * The timelines of a run's image builds. Each timeline is a file in the run's folder. The timeline of a running build
 * is also in memory.
 */
public final class Timelines {
    private static final Logger LOGGER = Logger.getLogger(Timelines.class.getName());
    private static final String FOLDER = "treenq";
    private static final int MOST_WRITERS = 4;
    private static final long IDLE_SECONDS = 10;

    /** The threads that write to the controller's disk. */
    private static final Executor WRITERS = writers();

    /**
     * The maximum size of the files whose steps are loaded for a list of a run's builds. The value is the maximum size
     * of one file, so that showing a run takes no more memory than showing one build, regardless of how much agents
     * reported.
     */
    static final long MOST_LISTED_BYTES = TimelineFile.MOST_BYTES;

    private static final Pattern FILE = Pattern.compile("([1-9][0-9]{0,8})\\.json");

    /** The timelines of the running builds of all runs. */
    private static final Set<LiveTimeline> RUNNING =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

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
     * Starts the timeline of a build.
     *
     * @param number number of the build in the run, which counts from 1
     * @param ref ID of the build in the daemon
     * @param subject subject of the build, such as the first tag
     * @param builder name of the builder
     */
    public LiveTimeline begin(int number, String ref, String subject, String builder) {
        Storage storage = new Storage(number);
        LiveTimeline timeline = new LiveTimeline(
                new Timeline.Beginning(number, ref, subject, builder, LiveTimeline.clock()), storage, WRITERS);
        live.put(number, timeline);
        RUNNING.add(timeline);
        return timeline;
    }

    private void ended(int number) {
        LiveTimeline timeline = live.remove(number);
        if (timeline != null) {
            RUNNING.remove(timeline);
        }
    }

    /** Stores what running builds have reported, because the controller is shutting down. */
    @Restricted(NoExternalUse.class)
    @Terminator
    public static void saveAll() {
        List<LiveTimeline> running;
        synchronized (RUNNING) {
            running = List.copyOf(RUNNING);
        }
        CompletableFuture.allOf(running.stream().map(LiveTimeline::save).toArray(CompletableFuture<?>[]::new))
                .join();
    }

    /** Stores a timeline in the file of its build. */
    private final class Storage implements LiveTimeline.Storage {
        private final int number;

        Storage(int number) {
            this.number = number;
        }

        @Override
        public void save(Timeline timeline) {
            Timelines.this.save(timeline);
        }

        @Override
        public void delete() {
            try {
                Files.deleteIfExists(file(number));
            } catch (IOException e) {
                LOGGER.log(Level.WARNING, e, () -> file(number) + " cannot be deleted");
            }
            ended(number);
        }
    }

    /**
     * Completes the timeline of a build that finished while Jenkins was restarted.
     *
     * @param progress the complete progress of the build
     * @param image the image; null if there is none
     */
    public void completed(String ref, ProgressReport progress, String digest, @CheckForNull ImageRecord image) {
        find(ref)
                .ifPresent(timeline -> save(new Timeline(
                        timeline.beginning(),
                        new Timeline.End(endOf(timeline, progress), BuildState.SUCCESS, "", digest, 0),
                        progress,
                        timeline.marks(),
                        stepsStart(timeline),
                        timeline.source(),
                        image)));
    }

    /**
     * Returns the duration of a build that finished while Jenkins was restarted; empty if there is no timeline of the
     * build.
     */
    public Optional<Duration> durationOf(String ref, ProgressReport progress) {
        return find(ref).map(timeline -> Duration.between(timeline.beginning().time(), endOf(timeline, progress)));
    }

    private static Instant endOf(Timeline timeline, ProgressReport progress) {
        return stepsStart(timeline).plus(Duration.between(progress.start(), progress.now()));
    }

    /**
     * Returns the start of the steps. If the steps started after the timeline was last stored, the result is the time
     * of the latest known event.
     */
    private static Instant stepsStart(Timeline timeline) {
        Instant known = timeline.stepsStart();
        return known == null ? timeline.knownUntil() : known;
    }

    /**
     * Records that a build that was interrupted by a restart of Jenkins is repeated.
     *
     * @param ref ID of the interrupted build in the daemon
     * @param number number of the build that repeats it
     */
    public void continued(String ref, int number) {
        find(ref).ifPresent(timeline -> continued(timeline, number));
    }

    /**
     * Records that a build that was interrupted by a restart of Jenkins is repeated.
     *
     * @param earlier number of the interrupted build
     * @param number number of the build that repeats it
     */
    public void continued(int earlier, int number) {
        find(earlier).ifPresent(timeline -> continued(timeline, number));
    }

    private void continued(Timeline earlier, int number) {
        Optional.of(earlier)
                .map(timeline -> timeline.end() == null
                        ? timeline.ended(new Timeline.End(timeline.knownUntil(), BuildState.INTERRUPTED, "", "", 0))
                        : timeline)
                .filter(timeline -> timeline.end().state() == BuildState.INTERRUPTED
                        || timeline.end().state() == BuildState.DAEMON_LOST)
                .ifPresent(timeline -> save(timeline.ended(timeline.end().continuedBy(number))));
    }

    /** Returns the number of the build with this ID in the daemon; empty if it is unknown. */
    public Optional<Integer> numberOf(String ref) {
        return find(ref).map(timeline -> timeline.beginning().number());
    }

    private Optional<Timeline> find(String ref) {
        // The steps are loaded only of the build that is found, because a run can have many builds.
        return numbers().stream()
                .filter(number ->
                        find(number, false).filter(each -> is(ref, each)).isPresent())
                .findFirst()
                .flatMap(number -> find(number))
                .filter(each -> is(ref, each));
    }

    private static boolean is(String ref, Timeline timeline) {
        return timeline.beginning().ref().equals(ref);
    }

    /**
     * Deletes the timeline of a build that was not started.
     *
     * @return completes when the timeline is deleted
     */
    public CompletableFuture<Void> discard(LiveTimeline timeline) {
        return timeline.drop();
    }

    private void save(Timeline timeline) {
        int number = timeline.beginning().number();
        try {
            TimelineFile.write(file(number), timeline);
        } catch (IOException e) {
            // A failure is only logged, because the build does not depend on its timeline.
            LOGGER.log(Level.WARNING, e, () -> "the timeline of an image build of " + run + " cannot be kept");
        }
        if (timeline.end() != null) {
            ended(number);
        }
    }

    /** Tells whether a build with this number was started. */
    public boolean has(int number) {
        return live.containsKey(number) || Files.exists(file(number));
    }

    private Path folder() {
        return run.getRootDir().toPath().resolve(FOLDER);
    }

    private Path file(int number) {
        return folder().resolve(number + ".json");
    }

    /** Returns the numbers of all builds in ascending order. */
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
            // The run has no image builds.
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "the timelines of image builds of " + run + " cannot be read");
        }
        return new ArrayList<>(numbers);
    }

    private Optional<Timeline> find(int number) {
        return find(number, true);
    }

    private Optional<Timeline> find(int number, boolean withSteps) {
        LiveTimeline current = live.get(number);
        if (current != null) {
            Timeline timeline = withSteps ? current.snapshot() : current.withoutSteps();
            if (live.containsKey(number)) {
                return Optional.of(timeline);
            }
            // The build has ended in the meantime, and its steps may not be in memory any more.
        }
        Path file = file(number);
        return (withSteps ? TimelineFile.read(file) : TimelineFile.readWithoutSteps(file))
                .filter(timeline -> timeline.beginning().number() == number)
                .or(() -> Files.exists(file) ? Optional.of(Timeline.unreadable(number)) : Optional.empty());
    }

    /** Returns the page of a build; null if there is none. */
    @CheckForNull
    public TimelinePage page(int number) {
        return page(number, true).orElse(null);
    }

    private Optional<TimelinePage> page(int number, boolean withSteps) {
        boolean running = live.containsKey(number);
        return find(number, withSteps).map(timeline -> new TimelinePage(run, timeline, running, withSteps));
    }

    /** Returns the pages of all builds in order. The pages beyond {@link #MOST_LISTED_BYTES} have no steps. */
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
