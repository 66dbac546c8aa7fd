// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import hudson.XmlFile;
import hudson.model.Job;
import hudson.security.ACL;
import hudson.security.ACLContext;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
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
 * Who rolled back to what, and what became of it, in a file of the job's own: the job's configuration would lose it
 * when it is written anew. What is under way is in memory, too, until its end is in the file.
 */
final class RollbackLog {
    private static final Logger LOGGER = Logger.getLogger(RollbackLog.class.getName());
    private static final int KEPT = 100;
    private static final long IDLE_SECONDS = 10;

    /** One thread, on which no two changes of a file meet. */
    private static final ThreadPoolExecutor WRITER = writer();

    private static final Map<Subject, Rollback> LATEST = new ConcurrentHashMap<>();

    private final Job<?, ?> job;
    private final Executor writer;

    RollbackLog(Job<?, ?> job) {
        this(job, WRITER);
    }

    /** @param writer where the file is written */
    RollbackLog(Job<?, ?> job, Executor writer) {
        this.job = job;
        this.writer = writer;
    }

    /**
     * What one roll back at a time is of. The job is not named by its folder, which changes when the job is renamed.
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

    /** The newest first. */
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

    /** None when they cannot be read: the log is for showing, and the job's page has more than that. */
    private List<Rollback> kept() {
        List<Rollback> all = new ArrayList<>();
        XmlFile file = file();
        try {
            if (file.exists() && file.read() instanceof List<?> kept) {
                kept.forEach(each -> {
                    if (each instanceof Rollback rollback && rollback.isComplete()) {
                        all.add(rollback);
                    }
                });
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.log(
                    Level.WARNING,
                    e,
                    () -> file + " cannot be read; earlier roll backs of " + job.getFullName() + " are not shown");
        }
        return all;
    }

    /** Where the job is now. */
    private XmlFile file() {
        return new XmlFile(Jenkins.XSTREAM2, new File(job.getRootDir(), "treenq-rollbacks.xml"));
    }

    /** Notes that one begins; false when another one of the same tag is under way. */
    boolean begin(Rollback rollback) {
        if (LATEST.putIfAbsent(subject(rollback), rollback) != null) {
            return false;
        }
        execute(rollback, () -> write(rollback));
        return true;
    }

    /** Notes what became of it. */
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

    /** Without a thread that writes it, it is forgotten: its tag would be under way for ever. */
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
            if (!isThere()) {
                LOGGER.info(() -> "it is not kept that " + rollback.getUserId() + " rolled " + rollback.getTag()
                        + " back to " + rollback.getDigest() + ": the job is gone");
                return;
            }
            List<Rollback> all = new ArrayList<>();
            all.add(rollback);
            kept().stream().filter(kept -> !kept.is(rollback)).forEach(all::add);
            file().write(new ArrayList<>(all.subList(0, Math.min(all.size(), KEPT))));
        } catch (IOException | RuntimeException e) {
            LOGGER.log(
                    Level.WARNING,
                    e,
                    () -> "it is not kept that " + rollback.getUserId() + " rolled " + rollback.getTag() + " back to "
                            + rollback.getDigest() + ": " + rollback.getState());
        }
    }

    /** Whether the job has not been deleted meanwhile: its folder would come to life again. */
    private boolean isThere() {
        try (ACLContext system = ACL.as2(ACL.SYSTEM2)) {
            return Jenkins.get().getItemByFullName(job.getFullName()) == job;
        }
    }
}
