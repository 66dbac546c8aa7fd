// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import hudson.XmlFile;
import hudson.model.Job;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;

/**
 * Who rolled back to what, and what became of it, in a file of the job's own: the job's configuration would lose it when it is
 * written anew. What is under way is in memory, too, until its end is in the file.
 */
final class RollbackLog {
    private static final Logger LOGGER = Logger.getLogger(RollbackLog.class.getName());
    private static final int KEPT = 100;
    private static final long IDLE_SECONDS = 10;

    /** One thread, on which no two changes of a file meet. */
    private static final ThreadPoolExecutor WRITER = writer();

    /** By file and tag. */
    private static final Map<String, Rollback> LATEST = new ConcurrentHashMap<>();

    private final File file;

    RollbackLog(Job<?, ?> job) {
        file = new File(job.getRootDir(), "treenq-rollbacks.xml");
    }

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

    private String key(Rollback rollback) {
        return file.getPath() + '\0' + rollback.getTag();
    }

    /** The newest first. */
    List<Rollback> read() throws IOException {
        List<Rollback> inMemory = LATEST.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(file.getPath() + '\0'))
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

    private List<Rollback> kept() throws IOException {
        List<Rollback> all = new ArrayList<>();
        if (file.exists() && xml().read() instanceof List<?> kept) {
            kept.forEach(each -> {
                if (each instanceof Rollback rollback && rollback.isComplete()) {
                    all.add(rollback);
                }
            });
        }
        return all;
    }

    private XmlFile xml() {
        return new XmlFile(Jenkins.XSTREAM2, file);
    }

    /** Notes that one begins; false when another one of the same tag is under way. */
    boolean begin(Rollback rollback) {
        if (LATEST.putIfAbsent(key(rollback), rollback) != null) {
            return false;
        }
        WRITER.execute(() -> write(rollback));
        return true;
    }

    /** Notes what became of it. */
    void end(Rollback ended) {
        LATEST.put(key(ended), ended);
        WRITER.execute(() -> {
            write(ended);
            LATEST.remove(key(ended), ended);
        });
    }

    private void write(Rollback rollback) {
        try {
            List<Rollback> all = new ArrayList<>();
            all.add(rollback);
            kept().stream().filter(kept -> !kept.is(rollback)).forEach(all::add);
            xml().write(new ArrayList<>(all.subList(0, Math.min(all.size(), KEPT))));
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "it is not kept that " + rollback.getUserId() + " rolled " + rollback.getTag()
                    + " back to " + rollback.getDigest() + ": " + rollback.getState());
        }
    }
}
