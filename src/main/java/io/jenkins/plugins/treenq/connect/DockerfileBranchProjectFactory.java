// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Job;
import hudson.model.TaskListener;
import java.io.IOException;
import java.io.PrintStream;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.branch.Branch;
import jenkins.branch.MultiBranchProject;
import jenkins.scm.api.SCMSource;
import jenkins.scm.api.SCMSourceCriteria;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.variant.OptionalExtension;
import org.jenkinsci.plugins.workflow.flow.FlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.multibranch.AbstractWorkflowBranchProjectFactory;
import org.kohsuke.stapler.DataBoundConstructor;

/** The build configuration of multibranch projects whose branches build the image of their Dockerfile. */
public final class DockerfileBranchProjectFactory extends AbstractWorkflowBranchProjectFactory {
    private static final Logger LOGGER = Logger.getLogger(DockerfileBranchProjectFactory.class.getName());

    private final ImageSettings settings;
    private transient ScannedTags scannedTags;

    @DataBoundConstructor
    public DockerfileBranchProjectFactory(@CheckForNull ImageSettings settings) {
        this.settings = settings == null ? new ImageSettings("") : settings;
    }

    public ImageSettings getSettings() {
        return settings;
    }

    /** Returns the factory of the project of a job; null if the job is not in a project of this kind. */
    @CheckForNull
    static DockerfileBranchProjectFactory of(Job<?, ?> job) {
        return job.getParent() instanceof MultiBranchProject<?, ?> project
                        && project.getProjectFactory() instanceof DockerfileBranchProjectFactory factory
                ? factory
                : null;
    }

    /** Sets the branch of a job, also when the branch is recognized for the first time. */
    @NonNull
    @Override
    public WorkflowJob setBranch(@NonNull WorkflowJob job, @NonNull Branch branch) {
        TaskListener scan = ScanLog.take();
        WorkflowJob result = super.setBranch(job, branch);
        buildOneAtATime(result);
        if (branch instanceof Branch.Dead) {
            if (settings.isDeleteTags()) {
                TagDeletion.begin(job, branch.getHead());
            }
        } else if (scan != null) {
            warn(branch, scan.getLogger());
        }
        return result;
    }

    /** Lets the builds of a branch run one after another. Otherwise, an older commit could be the last to set a tag. */
    private static void buildOneAtATime(WorkflowJob job) {
        if (!job.isConcurrentBuild()) {
            return;
        }
        try {
            job.setConcurrentBuild(false);
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "the builds of " + job.getFullName() + " can run at the same time");
        }
    }

    /** Prints what will prevent that the branch is built. */
    private void warn(Branch branch, PrintStream log) {
        String obstacle = settings.getCheckout() == null ? BranchCommit.obstacle(branch.getScm()) : null;
        if (obstacle != null) {
            log.println("      WARNING: " + BranchCommit.cannotFetch(obstacle));
        }
        if (settings.obstacle() != null) {
            log.println("      WARNING: " + settings.obstacle());
        }
        scannedTags()
                .collisions(settings, branch.getHead(), getOwner())
                .forEach(line -> log.println("      WARNING: " + line));
    }

    private synchronized ScannedTags scannedTags() {
        if (scannedTags == null) {
            scannedTags = new ScannedTags();
        }
        return scannedTags;
    }

    @Override
    protected FlowDefinition createDefinition() {
        return new ImageFlowDefinition();
    }

    @Override
    protected SCMSourceCriteria getSCMSourceCriteria(SCMSource source) {
        return new DockerfileCriteria(settings.getBuild());
    }

    /** Form of the build configuration. */
    @OptionalExtension
    @Symbol("treenqDockerfile")
    public static final class DescriptorImpl extends AbstractWorkflowBranchProjectFactoryDescriptor {
        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.DockerfileBranchProjectFactory_displayName();
        }
    }
}
