// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import hudson.Util;
import hudson.model.InvisibleAction;
import hudson.model.TaskListener;
import hudson.scm.SCM;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Optional;
import jenkins.branch.Branch;
import jenkins.branch.BranchProjectFactory;
import jenkins.branch.MultiBranchProject;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMRevision;
import jenkins.scm.api.SCMRevisionAction;
import jenkins.scm.api.SCMSource;
import jenkins.scm.api.mixin.ChangeRequestSCMHead;
import jenkins.scm.api.mixin.TagSCMHead;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;

/**
 * The commit that a run builds, and what the run may do. Both are determined once, before the run starts, and are kept
 * with the run.
 */
public final class BranchCommit extends InvisibleAction {
    private final String branch;
    private final boolean changeRequest;
    private final boolean tag;
    private final boolean trusted;
    private final boolean onAgent;
    private final String url;
    private final String credentialsId;
    private final String hash;

    /** Null if a daemon fetches the sources, and in the runs of earlier versions. */
    private final String checkout;

    /** @param checkout hash of the options of a checkout; null if a daemon fetches the sources */
    private BranchCommit(
            SCMHead head,
            boolean trusted,
            @CheckForNull String checkout,
            @CheckForNull CommitFinder.Location location) {
        branch = head.getName();
        changeRequest = head instanceof ChangeRequestSCMHead;
        tag = head instanceof TagSCMHead;
        this.trusted = trusted;
        this.checkout = checkout;
        onAgent = checkout != null;
        url = location == null ? null : location.url();
        credentialsId = location == null ? null : location.credentialsId();
        hash = location == null ? null : location.hash();
    }

    /**
     * Finds the newest commit of the run's branch, and adds its revision to the run.
     *
     * @param replayed whether the run repeats an earlier one, whose revision it has already
     * @throws AbortException if there is nothing to build; the message says why
     */
    static BranchCommit find(WorkflowRun run, boolean replayed, TaskListener listener)
            throws IOException, InterruptedException {
        DockerfileBranchProjectFactory factory = DockerfileBranchProjectFactory.of(run.getParent());
        if (factory == null) {
            throw new AbortException(
                    "the project of this branch is not built by Dockerfile any more; scan the project");
        }
        Branch branch = branch(run.getParent());
        SCMSource source = ((MultiBranchProject<?, ?>) run.getParent().getParent()).getSCMSource(branch.getSourceId());
        SCMHead head = branch.getHead();
        if (source == null) {
            throw new AbortException("the branch source of '" + head.getName() + "' is gone; scan the project");
        }
        SCMRevision revision = replayed ? SCMRevisionAction.getRevision(source, run) : null;
        if (revision == null) {
            revision = source.fetch(head, listener);
        }
        if (revision == null) {
            throw new AbortException("'" + head.getName() + "' is gone from its repository; scan the project");
        }
        run.addOrReplaceAction(new SCMRevisionAction(source, revision));
        boolean trusted = revision.equals(source.getTrustedRevision(revision, listener));
        Optional<CommitFinder.Location> location = CommitFinder.of(source.build(head, revision), revision);
        String checkout = null;
        if (factory.getSettings().getCheckout() == null) {
            requireFetchable(location);
        } else {
            checkout = CommitImage.hash(new ArrayList<>(Util.fixNull(source.getTraits())));
        }
        return new BranchCommit(head, trusted, checkout, location.orElse(null));
    }

    /**
     * Warns about files in Git LFS if a daemon fetches the commit of a run. This method may fetch the commit, so it is
     * for builds only, and not for commits whose image is known.
     */
    static void warnOfLfs(WorkflowRun run, ImageSettings settings, TaskListener listener)
            throws IOException, InterruptedException {
        Branch branch = branch(run.getParent());
        SCMSource source = ((MultiBranchProject<?, ?>) run.getParent().getParent()).getSCMSource(branch.getSourceId());
        SCMRevision revision = source == null ? null : SCMRevisionAction.getRevision(source, run);
        if (revision != null) {
            String context = SubfolderPath.of(settings.getBuild().getContext());
            GitLfs.warn(source, branch.getHead(), revision, context, listener);
        }
    }

    private static void requireFetchable(Optional<CommitFinder.Location> location) throws AbortException {
        String obstacle = obstacle(location);
        if (obstacle == null && location.get().hash() == null) {
            obstacle = "the branch source does not say which commit was found";
        }
        if (obstacle != null) {
            throw new AbortException(cannotFetch(obstacle));
        }
    }

    /** Returns why a daemon cannot fetch what an SCM checks out; null if it can. */
    @CheckForNull
    static String obstacle(SCM scm) {
        return obstacle(CommitFinder.of(scm, null));
    }

    @CheckForNull
    private static String obstacle(Optional<CommitFinder.Location> location) {
        return location.isEmpty()
                ? "a daemon fetches Git repositories, and the branch source has another kind of sources"
                : location.get().obstacle();
    }

    static String cannotFetch(String obstacle) {
        return "the daemon cannot fetch the sources: " + obstacle
                + ", or select 'Check out the sources on an agent' in the project";
    }

    private static Branch branch(WorkflowJob job) {
        MultiBranchProject<?, ?> project = (MultiBranchProject<?, ?>) job.getParent();
        return branch(project.getProjectFactory(), job);
    }

    @SuppressWarnings({"rawtypes", "unchecked"})
    private static Branch branch(BranchProjectFactory factory, WorkflowJob job) {
        return factory.getBranch(job);
    }

    /** Returns the name of the branch, the tag or the change request, as the branch source gives it. */
    String branch() {
        return branch;
    }

    boolean isChangeRequest() {
        return changeRequest;
    }

    boolean isTag() {
        return tag;
    }

    /** Tells whether the branch source trusts the people who wrote the commit. */
    boolean isTrusted() {
        return trusted;
    }

    /** Tells whether the sources are checked out on an agent. Otherwise, the daemon fetches them. */
    boolean isOnAgent() {
        return onAgent;
    }

    /** Returns the address of the repository, without a login; null if it is unknown. */
    @CheckForNull
    String url() {
        return url;
    }

    @CheckForNull
    String credentialsId() {
        return credentialsId;
    }

    /**
     * Returns a hash of the branch source's options, such as those for submodules and Git LFS, on which a checkout on
     * an agent depends; null if a daemon fetches the sources.
     */
    @CheckForNull
    String checkout() {
        return checkout;
    }

    /** Returns the hash of the commit; null if it is unknown, or if the commit is merged with its target. */
    @CheckForNull
    String hash() {
        return hash;
    }
}
