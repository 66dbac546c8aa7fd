// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Action;
import hudson.model.Job;
import io.jenkins.plugins.treenq.report.ImagesAction;
import java.util.Collection;
import java.util.List;
import jenkins.model.TransientActionFactory;

/** Gives its images to a job that has built some. */
@Extension
@SuppressWarnings("rawtypes")
public final class JobImagesFactory extends TransientActionFactory<Job> {
    @Override
    public Class<Job> type() {
        return Job.class;
    }

    @Override
    public Class<JobImagesAction> actionType() {
        return JobImagesAction.class;
    }

    @NonNull
    @Override
    public Collection<? extends Action> createFor(@NonNull Job job) {
        return ImagesAction.isKnownIn(job) ? List.of(new JobImagesAction(job)) : List.of();
    }
}
