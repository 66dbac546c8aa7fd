// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import hudson.XmlFile;
import hudson.model.Job;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import jenkins.model.Jenkins;

/** Who rolled back to what, in a file of the job's own: the job's configuration would lose it when it is written anew. */
final class RollbackLog {
    private static final int KEPT = 100;

    private final XmlFile file;

    RollbackLog(Job<?, ?> job) {
        file = new XmlFile(Jenkins.XSTREAM2, new File(job.getRootDir(), "treenq-rollbacks.xml"));
    }

    /** The newest first. */
    List<Rollback> read() throws IOException {
        List<Rollback> all = new ArrayList<>();
        if (file.exists() && file.read() instanceof List<?> kept) {
            kept.forEach(each -> all.add((Rollback) each));
        }
        return all;
    }

    void add(Rollback rollback) throws IOException {
        // Any two of a job would lose one of them.
        synchronized (RollbackLog.class) {
            List<Rollback> all = read();
            all.add(0, rollback);
            file.write(new ArrayList<>(all.subList(0, Math.min(all.size(), KEPT))));
        }
    }
}
