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
import io.jenkins.plugins.treenq.metadata.BuildOrigin;
import io.jenkins.plugins.treenq.metadata.Repository;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jenkins.scm.RunWithSCM;

/**
 * What Jenkins knows of what a build is made of: from the environment, as branch sources and the plugin for git set it,
 * from the changes, and from the branch source itself. Whatever is not known is null.
 */
public final class RunOrigin {
    private static final String ORIGIN = "origin/";
    private static final String REMOTES = "refs/remotes/";
    private static final String REFS = "refs/";

    /** What the plugin for git calls a branch that is none. */
    private static final String DETACHED = "detached";

    /** Of an address on the web: neither who logs in nor what is asked belongs into a label. */
    private static final Pattern WEB =
            Pattern.compile("(?<scheme>https?://)(?:[^/?#]*@)?(?<rest>[^?#@]*)(?:[?#].*)?", Pattern.CASE_INSENSITIVE);

    private static final Pattern PASSWORD = Pattern.compile("(://[^/?#@:]*):[^/?#]*@");
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

    /** Finds what a branch source says of a build. */
    interface RevisionFinder extends ExtensionPoint {
        Optional<SourceRevision> find(Run<?, ?> run);
    }

    /**
     * What a branch source says of a build.
     *
     * @param commit its hash
     * @param title name of the repository
     * @param url where people look at the repository
     */
    record SourceRevision(
            @CheckForNull String commit,
            @CheckForNull String title,
            @CheckForNull String description,
            @CheckForNull String url) {}

    /** Of a change request, a tag or a branch, as {@code refs/heads/NAME}. */
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

    /** @param name of a branch, with the name of the remote repository in front */
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

    /** The hash of the commit. */
    @CheckForNull
    public String commit() {
        String ofGit = variable("GIT_COMMIT");
        return ofGit != null ? ofGit : revision.map(SourceRevision::commit).orElse(null);
    }

    /** The branch that a change request is to be merged into. */
    @CheckForNull
    public String baseRef() {
        return variable("CHANGE_TARGET");
    }

    /** Known only in builds of it. */
    @CheckForNull
    public String defaultBranch() {
        return "true".equals(variable("BRANCH_IS_PRIMARY")) ? variable("BRANCH_NAME") : null;
    }

    /** Whether the time of day is why it is built. */
    public boolean isScheduled() {
        return run.getCause(TimerTrigger.TimerTriggerCause.class) != null;
    }

    /** When it was committed, which is known when it is one of the changes. */
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

    /** When the build began, so that all rules of a build have the same date. */
    public Instant date() {
        return Instant.ofEpochMilli(run.getStartTimeInMillis());
    }

    /** @param defaultBranch of it, as far as it is known */
    public Repository repository(@CheckForNull String defaultBranch) {
        String source = withoutLogin(variable("GIT_URL"));
        String name = source == null ? null : nameOf(source);
        String url = source == null || !WEB.matcher(source).matches()
                ? null
                : GIT_SUFFIX.matcher(source).replaceFirst("");
        String found =
                revision.map(SourceRevision::url).map(RunOrigin::withoutLogin).orElse(null);
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
    private static String withoutLogin(@CheckForNull String address) {
        if (address == null) {
            return null;
        }
        Matcher web = WEB.matcher(address);
        return web.matches()
                ? web.group("scheme") + web.group("rest")
                : PASSWORD.matcher(address).replaceFirst("$1@");
    }

    @CheckForNull
    private String variable(String name) {
        return Util.fixEmptyAndTrim(env.get(name));
    }
}
