// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.report;

import hudson.Extension;
import hudson.model.Job;
import hudson.model.Run;
import hudson.model.listeners.RunListener;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The images that the last builds of a job have tagged. They are stored in a file of the job, so that the job's page
 * can show them without loading the builds.
 */
public final class JobImages {
    private static final Logger LOGGER = Logger.getLogger(JobImages.class.getName());
    private static final Pattern DIGEST = Pattern.compile("[a-z0-9]+:[0-9a-f]{32,}");
    private static final int BUILDS = 30;
    private static final int MOST = 500;
    private static final long IDLE_SECONDS = 10;

    /** A single thread, so that no two changes of a file run at the same time. */
    private static final ThreadPoolExecutor WRITER = writer();

    private final Job<?, ?> job;
    private final ListFile<Tagged> file;

    private JobImages(Job<?, ?> job) {
        this.job = job;
        this.file = new ListFile<>(job, "treenq-images.xml", Tagged.class, Tagged::isComplete);
    }

    public static JobImages of(Job<?, ?> job) {
        return new JobImages(job);
    }

    private static ThreadPoolExecutor writer() {
        ThreadPoolExecutor thread = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new NamingThreadFactory(new DaemonThreadFactory(), "treenq-job-images"));
        thread.allowCoreThreadTimeOut(true);
        return thread;
    }

    /** A tag that a build of the job has set. */
    public static final class Tagged {
        private final int number;
        private final String build;
        private final String tag;
        private final String digest;
        private final long timestamp;

        Tagged(Run<?, ?> run, String tag, BuiltImage image) {
            this(run.getNumber(), run.getDisplayName(), tag, image.getDigest(), image.getTimestamp());
        }

        private Tagged(int number, String build, String tag, String digest, long timestamp) {
            this.number = number;
            this.build = build;
            this.tag = tag;
            this.digest = digest;
            this.timestamp = timestamp;
        }

        /** Tells whether all values are present and the digest is valid, because the file can be edited by hand. */
        private boolean isComplete() {
            return build != null
                    && tag != null
                    && digest != null
                    && DIGEST.matcher(digest).matches();
        }

        /** Returns the number of the build. */
        public int getNumber() {
            return number;
        }

        /** Returns the display name of the build. */
        public String getBuild() {
            return build;
        }

        public String getTag() {
            return tag;
        }

        public String getDigest() {
            return digest;
        }

        /** Returns the time at which the tag was set, in milliseconds since 1970. */
        public long getTimestamp() {
            return timestamp;
        }

        private boolean isSame(Tagged other) {
            return number == other.number
                    && timestamp == other.timestamp
                    && tag.equals(other.tag)
                    && digest.equals(other.digest);
        }

        private Tagged named(String name) {
            return new Tagged(number, name, tag, digest, timestamp);
        }
    }

    /** Tells whether builds of the job have set any tags. */
    public boolean exist() {
        return file.exists();
    }

    /** Returns the tags that the last builds have set, the newest first; none if the file cannot be read. */
    public List<Tagged> read() {
        return file.read();
    }

    /**
     * Adds the tags that a run has set, unless they were added before, and waits until they are stored. A failure is
     * only written to the log of Jenkins.
     */
    static void add(Run<?, ?> run, BuiltImage image) throws InterruptedException {
        if (!image.isTagged()) {
            return;
        }
        JobImages images = of(run.getParent());
        try {
            WRITER.submit(() -> {
                        List<Tagged> all = images.file.readForChange();
                        List<Tagged> added = image.getTags().stream()
                                .map(tag -> new Tagged(run, tag, image))
                                .filter(tagged -> all.stream().noneMatch(tagged::isSame))
                                .toList();
                        if (!added.isEmpty()) {
                            all.addAll(added);
                            images.write(all);
                        }
                        return null;
                    })
                    .get();
        } catch (ExecutionException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "the images of " + run + " cannot be kept for the page of its job");
        }
    }

    private void write(List<Tagged> all) throws IOException {
        Set<Integer> builds = all.stream()
                .map(Tagged::getNumber)
                .distinct()
                .sorted(Comparator.reverseOrder())
                .limit(BUILDS)
                .collect(Collectors.toSet());
        List<Tagged> kept = all.stream()
                .filter(tagged -> builds.contains(tagged.number))
                .sorted(Comparator.comparingLong(Tagged::getTimestamp).reversed())
                .limit(MOST)
                .toList();
        file.write(kept);
    }

    /** Changes the entries of one build, if there are any. */
    private void change(int number, UnaryOperator<Tagged> change) {
        if (!exist()) {
            return;
        }
        WRITER.execute(() -> {
            try {
                List<Tagged> all = read();
                List<Tagged> changed = all.stream()
                        .map(tagged -> tagged.number == number ? change.apply(tagged) : tagged)
                        .filter(Objects::nonNull)
                        .toList();
                if (!changed.equals(all) && exist()) {
                    write(changed);
                }
            } catch (IOException | RuntimeException e) {
                LOGGER.log(Level.WARNING, e, () -> "the images of " + job.getFullName() + " cannot be changed");
            }
        });
    }

    /** Updates the file when a build is deleted, and when a build ends whose name was changed while it was running. */
    @Extension
    public static final class Listener extends RunListener<Run<?, ?>> {
        @Override
        public void onFinalized(Run<?, ?> run) {
            if (run.getAction(ImagesAction.class) != null) {
                String name = run.getDisplayName();
                of(run.getParent())
                        .change(run.getNumber(), tagged -> tagged.build.equals(name) ? tagged : tagged.named(name));
            }
        }

        @Override
        public void onDeleted(Run<?, ?> run) {
            of(run.getParent()).change(run.getNumber(), tagged -> null);
        }
    }
}
