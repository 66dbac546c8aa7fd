// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Descriptor;
import hudson.model.DescriptorVisibilityFilter;
import hudson.model.Job;
import hudson.views.ListViewColumn;
import hudson.views.ListViewColumnDescriptor;
import io.jenkins.plugins.treenq.report.JobImages;
import jenkins.branch.MultiBranchProject;
import jenkins.branch.MultiBranchProjectViewHolder;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.variant.OptionalExtension;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerRequest2;

/** The column with the last image of each job. It is shown by default in projects that are built by Dockerfile. */
public final class LastImageColumn extends ListViewColumn {
    @DataBoundConstructor
    public LastImageColumn() {
        // There is nothing to configure.
    }

    /** Tells whether the current page shows the column. Of multibranch projects, only those by Dockerfile do. */
    public boolean isShown() {
        StaplerRequest2 request = Stapler.getCurrentRequest2();
        MultiBranchProject<?, ?> project =
                request == null ? null : request.findAncestorObject(MultiBranchProject.class);
        return project == null || project.getProjectFactory() instanceof DockerfileBranchProjectFactory;
    }

    /** Returns the tag that the job has set last; null if there is none. */
    @CheckForNull
    public JobImages.Tagged last(Object item) {
        return item instanceof Job<?, ?> job
                ? JobImages.of(job).read().stream().findFirst().orElse(null)
                : null;
    }

    /** Returns the tag without the registry and the folders, because the tags of a project differ at their end. */
    public String shortName(JobImages.Tagged image) {
        return image.getTag().substring(image.getTag().lastIndexOf('/') + 1);
    }

    /** Name of the column. */
    @OptionalExtension
    @Symbol("lastImage")
    public static final class DescriptorImpl extends ListViewColumnDescriptor {
        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.LastImageColumn_displayName();
        }
    }

    /** Hides the column from the initial columns of all views but those of multibranch projects. */
    @OptionalExtension
    public static final class Visibility extends DescriptorVisibilityFilter {
        @Override
        public boolean filter(@CheckForNull Object context, @NonNull Descriptor descriptor) {
            return true;
        }

        @Override
        public boolean filterType(@NonNull Class<?> contextClass, @NonNull Descriptor descriptor) {
            return !(descriptor instanceof DescriptorImpl)
                    || contextClass.getEnclosingClass() == MultiBranchProjectViewHolder.class;
        }
    }
}
