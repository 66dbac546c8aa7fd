// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import hudson.model.Run;
import hudson.util.LogTaskListener;
import io.jenkins.plugins.treenq.run.RegistryImages;
import java.io.IOException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.branch.MultiBranchProject;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.mixin.TagSCMHead;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;

/** Deletes the tags of a branch that is gone from its repository. The images stay, because others may use them. */
final class TagDeletion {
    private static final Logger LOGGER = Logger.getLogger(TagDeletion.class.getName());

    private TagDeletion() {}

    /**
     * Begins to delete the tags that belong to a branch or a change request, with the credentials of its last build.
     * The result is in Jenkins' log. Tags that come from tags of the repository are kept, because they are releases.
     */
    static void begin(WorkflowJob job, SCMHead head) {
        Run<?, ?> run = job.getLastBuild();
        DockerfileBranchProjectFactory factory = DockerfileBranchProjectFactory.of(job);
        if (run == null || factory == null || head instanceof TagSCMHead) {
            return;
        }
        List<String> tags;
        try {
            tags = ProjectImages.of((MultiBranchProject<?, ?>) job.getParent()).release(head.getName());
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "the tags of " + job.getFullName() + " are not deleted");
            return;
        }
        RegistryImages registry = new RegistryImages(run, new LogTaskListener(LOGGER, Level.FINE));
        String credentialsId = factory.getSettings().getBuild().getCredentialsId();
        for (String tag : tags) {
            registry.deleteTag(tag, credentialsId)
                    .whenComplete((existed, failure) -> LOGGER.log(
                            failure == null ? Level.INFO : Level.WARNING,
                            () -> job.getFullName() + " is gone; its tag " + tag
                                    + (failure == null
                                            ? Boolean.TRUE.equals(existed) ? " was deleted" : " was deleted before"
                                            : " is not deleted: " + failure.getMessage())));
        }
    }
}
