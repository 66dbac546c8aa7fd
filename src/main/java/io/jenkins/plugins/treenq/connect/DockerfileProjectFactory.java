// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import jenkins.branch.MultiBranchProjectFactory;
import jenkins.branch.MultiBranchProjectFactoryDescriptor;
import jenkins.scm.api.SCMSource;
import jenkins.scm.api.SCMSourceCriteria;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.variant.OptionalExtension;
import org.jenkinsci.plugins.workflow.multibranch.AbstractWorkflowMultiBranchProjectFactory;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject;
import org.kohsuke.stapler.DataBoundConstructor;

/** The project recognizer of organization folders that makes a project of each repository with a Dockerfile. */
public final class DockerfileProjectFactory extends AbstractWorkflowMultiBranchProjectFactory {
    private final ImageSettings settings;

    @DataBoundConstructor
    public DockerfileProjectFactory(@CheckForNull ImageSettings settings) {
        this.settings = settings == null ? new ImageSettings("") : settings;
    }

    public ImageSettings getSettings() {
        return settings;
    }

    @Override
    protected SCMSourceCriteria getSCMSourceCriteria(@NonNull SCMSource source) {
        return new DockerfileCriteria(settings.getBuild());
    }

    @Override
    protected void customize(WorkflowMultiBranchProject project) {
        project.setProjectFactory(new DockerfileBranchProjectFactory(settings));
    }

    /** Form of the recognizer. */
    @OptionalExtension
    @Symbol("treenqDockerfiles")
    public static final class DescriptorImpl extends MultiBranchProjectFactoryDescriptor {
        /** Returns null, because a new organization folder has no name for its images. */
        @CheckForNull
        @Override
        public MultiBranchProjectFactory newInstance() {
            return null;
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.DockerfileProjectFactory_displayName();
        }
    }
}
