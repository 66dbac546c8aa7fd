// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import hudson.model.Job;
import hudson.security.ACL;
import hudson.security.ACLContext;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import io.jenkins.plugins.treenq.report.ListFile;
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
    private final ListFile<Rollback> file;

    RollbackLog(Job<?, ?> job) {
        this(job, WRITER);
    }

    /** @param writer executor that writes the file */
    RollbackLog(Job<?, ?> job, Executor writer) {
        this.job = job;
        this.writer = writer;
        this.file = new ListFile<>(job, "treenq-rollbacks.xml", Rollback.class, Rollback::isComplete);
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
        for (Rollback kept : file.read()) {
            if (inMemory.stream().noneMatch(kept::is)) {
                all.add(kept.isUnderWay() ? kept.interrupted() : kept);
            }
        }
        all.sort((one, other) -> Long.compare(other.getTimestamp(), one.getTimestamp()));
        return all;
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
            file.readForChange().stream().filter(kept -> !kept.is(rollback)).forEach(all::add);
            file.write(all.subList(0, Math.min(all.size(), KEPT)));
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
