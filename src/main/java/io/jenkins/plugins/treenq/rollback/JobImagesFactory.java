// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.rollback;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Action;
import hudson.model.Job;
import io.jenkins.plugins.treenq.report.JobImages;
import java.util.Collection;
import java.util.List;
import jenkins.model.TransientActionFactory;

/**
 * Adds the images to the page of each job that has set tags. Jenkins calls this class whenever it shows a job,
 * therefore it loads no builds.
 */
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
    @SuppressWarnings("unchecked")
    public Collection<? extends Action> createFor(@NonNull Job job) {
        return JobImages.of(job).exist() ? List.of(new JobImagesAction(job)) : List.of();
    }
}
