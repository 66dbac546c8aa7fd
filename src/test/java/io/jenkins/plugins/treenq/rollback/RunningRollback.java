// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import hudson.model.Job;

/** A rollback of a job's latest image that is running until the test ends it. No registry is accessed. */
public record RunningRollback(RollbackLog log, Rollback rollback) {
    public static RunningRollback begin(Job<?, ?> job) {
        RollbackLog log = new RollbackLog(job);
        Rollback rollback = Rollback.begin(new JobImagesAction(job).getImages().get(0), null, "operator");
        if (!log.begin(rollback)) {
            throw new IllegalStateException("another rollback is running");
        }
        return new RunningRollback(log, rollback);
    }

    public void end() {
        log.end(rollback.ended(Rollback.State.DONE, null));
    }
}
