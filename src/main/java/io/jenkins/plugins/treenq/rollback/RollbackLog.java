// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import hudson.XmlFile;
import hudson.model.Job;
import hudson.security.ACL;
import hudson.security.ACLContext;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import io.jenkins.plugins.treenq.report.UnreadableFile;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;

/**
 * The rollbacks of a job and their results. They are stored in a file of their own, because data in the job's
 * configuration would be lost when the configuration is overwritten. A running rollback is also kept in memory until
 * its end is stored.
 */
final class RollbackLog {
    private static final Logger LOGGER = Logger.getLogger(RollbackLog.class.getName());
    private static final int KEPT = 100;
    private static final long IDLE_SECONDS = 10;

    /** A single thread, so that no two changes of a file run at the same time. */
    private static final ThreadPoolExecutor WRITER = writer();

    private static final Map<Subject, Rollback> LATEST = new ConcurrentHashMap<>();

    private final Job<?, ?> job;
    private final Executor writer;

    RollbackLog(Job<?, ?> job) {
        this(job, WRITER);
    }

    /** @param writer executor that writes the file */
    RollbackLog(Job<?, ?> job, Executor writer) {
        this.job = job;
        this.writer = writer;
    }

    /**
     * The job and tag of a rollback, of which only one can run at a time. The key contains the job itself and not its
     * folder, because the folder changes when the job is renamed.
     */
    private record Subject(Job<?, ?> job, String tag) {}

    private static ThreadPoolExecutor writer() {
        ThreadPoolExecutor thread = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new NamingThreadFactory(new DaemonThreadFactory(), "treenq-rollbacks"));
        thread.allowCoreThreadTimeOut(true);
        return thread;
    }

    private Subject subject(Rollback rollback) {
        return new Subject(job, rollback.getTag());
    }

    /** Returns the rollbacks, the newest first. */
    List<Rollback> read() {
        List<Rollback> inMemory = LATEST.entrySet().stream()
                .filter(entry -> entry.getKey().job().equals(job))
                .map(Map.Entry::getValue)
                .toList();
        List<Rollback> all = new ArrayList<>(inMemory);
        for (Rollback kept : kept()) {
            if (inMemory.stream().noneMatch(kept::is)) {
                all.add(kept.isUnderWay() ? kept.interrupted() : kept);
            }
        }
        all.sort((one, other) -> Long.compare(other.getTimestamp(), one.getTimestamp()));
        return all;
    }

    /**
     * Returns the stored rollbacks. The list is empty if the file cannot be read, because the job's page shows other
     * information as well.
     */
    private List<Rollback> kept() {
        try {
            return stored();
        } catch (IOException | RuntimeException e) {
            LOGGER.log(
                    Level.WARNING,
                    e,
                    () -> file() + " cannot be read; earlier rollbacks of " + job.getFullName() + " are not shown");
            return List.of();
        }
    }

    private List<Rollback> stored() throws IOException {
        List<Rollback> all = new ArrayList<>();
        XmlFile file = file();
        if (!file.exists()) {
            return all;
        }
        if (!(file.read() instanceof List<?> kept)) {
            throw new IOException("the file contains no list");
        }
        kept.forEach(each -> {
            if (each instanceof Rollback rollback && rollback.isComplete()) {
                all.add(rollback);
            }
        });
        return all;
    }

    /** Returns the stored rollbacks, and keeps a file that cannot be read, because the file is written next. */
    private List<Rollback> toExtend() throws IOException {
        try {
            return stored();
        } catch (IOException | RuntimeException e) {
            UnreadableFile.keep(file(), e);
            return List.of();
        }
    }

    /** Returns the file in the job's current folder. */
    private XmlFile file() {
        return new XmlFile(Jenkins.XSTREAM2, new File(job.getRootDir(), "treenq-rollbacks.xml"));
    }

    /** Records the start of a rollback. Returns false if another rollback of the same tag is running. */
    boolean begin(Rollback rollback) {
        if (LATEST.putIfAbsent(subject(rollback), rollback) != null) {
            return false;
        }
        execute(rollback, () -> write(rollback));
        return true;
    }

    /** Records the end of a rollback. */
    void end(Rollback ended) {
        LATEST.put(subject(ended), ended);
        execute(ended, () -> {
            try {
                write(ended);
            } finally {
                LATEST.remove(subject(ended), ended);
            }
        });
    }

    /**
     * Writes a rollback on the writer's thread. If there is no thread, the rollback is removed from memory, because
     * otherwise its tag would be blocked until the next restart.
     */
    private void execute(Rollback rollback, Runnable write) {
        try {
            writer.execute(write);
        } catch (RuntimeException | Error e) {
            LATEST.remove(subject(rollback), rollback);
            throw e;
        }
    }

    private void write(Rollback rollback) {
        try {
            if (!jobExists()) {
                LOGGER.info(() -> "cannot store that " + rollback.getUserId() + " rolled " + rollback.getTag()
                        + " back to " + rollback.getDigest() + ": the job is gone");
                return;
            }
            List<Rollback> all = new ArrayList<>();
            all.add(rollback);
            toExtend().stream().filter(kept -> !kept.is(rollback)).forEach(all::add);
            file().write(new ArrayList<>(all.subList(0, Math.min(all.size(), KEPT))));
        } catch (IOException | RuntimeException e) {
            LOGGER.log(
                    Level.WARNING,
                    e,
                    () -> "cannot store that " + rollback.getUserId() + " rolled " + rollback.getTag() + " back to "
                            + rollback.getDigest() + ": " + rollback.getState());
        }
    }

    /** Tells whether the job still exists. Writing the file of a deleted job would create its folder again. */
    private boolean jobExists() {
        try (ACLContext system = ACL.as2(ACL.SYSTEM2)) {
            return Jenkins.get().getItemByFullName(job.getFullName()) == job;
        }
    }
}
