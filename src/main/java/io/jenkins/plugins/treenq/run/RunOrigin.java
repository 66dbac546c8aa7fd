// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.EnvVars;
import hudson.ExtensionList;
import hudson.ExtensionPoint;
import hudson.Util;
import hudson.model.Run;
import hudson.scm.ChangeLogSet;
import hudson.triggers.TimerTrigger;
import io.jenkins.plugins.treenq.buildkit.RepositoryUrl;
import io.jenkins.plugins.treenq.metadata.BuildOrigin;
import io.jenkins.plugins.treenq.metadata.Repository;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jenkins.scm.RunWithSCM;

/**
 * Collects Jenkins' information about the sources of a build: from the environment variables of branch sources and the
 * Git plugin, from the changes, and from the branch source itself. Unknown values are null.
 */
public final class RunOrigin {
    private static final String ORIGIN = "origin/";
    private static final String REMOTES = "refs/remotes/";
    private static final String REFS = "refs/";

    /** The name that the Git plugin uses for a checkout that is not on a branch. */
    private static final String DETACHED = "detached";

    private static final Pattern WEB = Pattern.compile("https?://.*", Pattern.CASE_INSENSITIVE);
    private static final Pattern REPOSITORY_NAME = Pattern.compile(".*[/:](?<name>[^/:]+?)(?:\\.git)?/*");
    private static final Pattern GIT_SUFFIX = Pattern.compile("(?:\\.git)?/*$");

    private final Run<?, ?> run;
    private final EnvVars env;
    private final Optional<SourceRevision> revision;

    public RunOrigin(Run<?, ?> run, EnvVars env) {
        this.run = run;
        this.env = env;
        revision = ExtensionList.lookup(RevisionFinder.class).stream()
                .flatMap(finder -> finder.find(run).stream())
                .findFirst();
    }

    /** Finds the information of a branch source about a build. */
    interface RevisionFinder extends ExtensionPoint {
        Optional<SourceRevision> find(Run<?, ?> run);
    }

    /**
     * The information of a branch source about a build.
     *
     * @param commit hash of the commit
     * @param title name of the repository
     * @param url address of the repository's web page
     */
    record SourceRevision(
            @CheckForNull String commit,
            @CheckForNull String title,
            @CheckForNull String description,
            @CheckForNull String url) {}

    /** Returns the git ref of the change request, the tag or the branch, such as {@code refs/heads/NAME}. */
    @CheckForNull
    public String ref() {
        if (variable("CHANGE_ID") != null) {
            return BuildOrigin.CHANGE_REQUESTS + variable("CHANGE_ID") + BuildOrigin.MERGED;
        }
        if (variable("TAG_NAME") != null) {
            return BuildOrigin.TAGS + variable("TAG_NAME");
        }
        if (variable("BRANCH_NAME") != null) {
            return BuildOrigin.BRANCHES + variable("BRANCH_NAME");
        }
        return refOfGit(variable("GIT_BRANCH"));
    }

    /** @param name name of a branch, which may begin with the name of the remote repository */
    @CheckForNull
    private static String refOfGit(@CheckForNull String name) {
        if (name == null || name.equals(DETACHED)) {
            return null;
        }
        String branch = name.startsWith(REMOTES) ? name.substring(REMOTES.length()) : name;
        if (branch.startsWith(REFS)) {
            return branch;
        }
        return BuildOrigin.BRANCHES + (branch.startsWith(ORIGIN) ? branch.substring(ORIGIN.length()) : branch);
    }

    /** Returns the hash of the commit. */
    @CheckForNull
    public String commit() {
        String ofGit = variable("GIT_COMMIT");
        return ofGit != null ? ofGit : revision.map(SourceRevision::commit).orElse(null);
    }

    /** Returns the name of the branch that a change request is to be merged into. */
    @CheckForNull
    public String baseRef() {
        return variable("CHANGE_TARGET");
    }

    /** Returns the name of the default branch, which is known only in builds of that branch. */
    @CheckForNull
    public String defaultBranch() {
        return "true".equals(variable("BRANCH_IS_PRIMARY")) ? variable("BRANCH_NAME") : null;
    }

    /** Tells whether a timer started the build. */
    public boolean isScheduled() {
        return run.getCause(TimerTrigger.TimerTriggerCause.class) != null;
    }

    /** Returns the commit's time, which is known if the commit is one of the build's changes. */
    @CheckForNull
    public Instant commitDate(@CheckForNull String commit) {
        if (commit == null || !(run instanceof RunWithSCM<?, ?> withChanges)) {
            return null;
        }
        for (ChangeLogSet<? extends ChangeLogSet.Entry> changes : withChanges.getChangeSets()) {
            for (ChangeLogSet.Entry change : changes) {
                if (commit.equals(change.getCommitId()) && change.getTimestamp() > 0) {
                    return Instant.ofEpochMilli(change.getTimestamp());
                }
            }
        }
        return null;
    }

    /** Returns the build's start time, so that all rules of a build use the same time. */
    public Instant date() {
        return Instant.ofEpochMilli(run.getStartTimeInMillis());
    }

    /** @param defaultBranch name of the repository's default branch; null if it is unknown */
    public Repository repository(@CheckForNull String defaultBranch) {
        String source = Optional.ofNullable(variable("GIT_URL"))
                .map(RepositoryUrl::withoutLogin)
                .orElse(null);
        String name = source == null ? null : nameOf(source);
        String url = source == null || !WEB.matcher(source).matches()
                ? null
                : GIT_SUFFIX.matcher(source).replaceFirst("");
        String found = revision.map(SourceRevision::url)
                .map(RepositoryUrl::withoutLogin)
                .orElse(null);
        return new Repository(
                name != null ? name : revision.map(SourceRevision::title).orElse(null),
                revision.map(SourceRevision::description).orElse(null),
                found != null ? found : url,
                source != null ? source : found,
                null,
                defaultBranch);
    }

    @CheckForNull
    private static String nameOf(String address) {
        Matcher matcher = REPOSITORY_NAME.matcher(address);
        return matcher.matches() ? matcher.group("name") : null;
    }

    @CheckForNull
    private String variable(String name) {
        return Util.fixEmptyAndTrim(env.get(name));
    }
}
