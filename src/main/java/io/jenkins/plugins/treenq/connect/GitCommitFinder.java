// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.plugins.git.GitSCM;
import hudson.plugins.git.UserRemoteConfig;
import hudson.plugins.git.extensions.impl.PreBuildMerge;
import hudson.scm.SCM;
import io.jenkins.plugins.treenq.buildkit.RepositoryUrl;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jenkins.plugins.git.MergeWithGitSCMExtension;
import jenkins.scm.api.SCMRevision;
import org.jenkinsci.plugins.variant.OptionalExtension;

/** Finds the commits of all branch sources that check out with the Git plugin. */
@OptionalExtension(requirePlugins = "git")
public final class GitCommitFinder implements CommitFinder {
    /**
     * The text of a revision, which begins with the commit's hash. In a change request, the hash is followed by the
     * commit that the change is merged with.
     */
    private static final Pattern HASH = Pattern.compile("(?<hash>[0-9a-f]{40}(?:[0-9a-f]{24})?)(?![0-9a-f]).*");

    /** The addresses that BuildKit takes as Git repositories: with a scheme, or as {@code user@host:path}. */
    private static final Pattern WEB = Pattern.compile("https?://.+", Pattern.CASE_INSENSITIVE);

    private static final Pattern SSH = Pattern.compile("ssh://.+|[^/:@\\s]+@[^/:@\\s]+:.+", Pattern.CASE_INSENSITIVE);

    @Override
    public Optional<Location> find(SCM scm, @CheckForNull SCMRevision revision) {
        if (!(scm instanceof GitSCM git) || git.getUserRemoteConfigs().isEmpty()) {
            return Optional.empty();
        }
        UserRemoteConfig remote = git.getUserRemoteConfigs().get(0);
        String url = RepositoryUrl.withoutLogin(Util.fixNull(remote.getUrl()).trim());
        Matcher hash = HASH.matcher(String.valueOf(revision));
        return Optional.of(new Location(
                fetched(url),
                Util.fixEmptyAndTrim(remote.getCredentialsId()),
                hash.matches() && !isMerged(git) ? hash.group("hash") : null,
                obstacle(git, url)));
    }

    /** Returns the address in the form of BuildKit, which recognizes a repository on the web by its suffix. */
    private static String fetched(String url) {
        return WEB.matcher(url).matches() && !url.endsWith(".git") ? url.replaceFirst("/+$", "") + ".git" : url;
    }

    @CheckForNull
    private static String obstacle(GitSCM git, String url) {
        if (!WEB.matcher(url).matches() && !SSH.matcher(url).matches()) {
            return "a daemon fetches repositories over HTTP(S) and SSH, and the repository is at '" + url + "'";
        }
        return isMerged(git)
                ? "Jenkins merges the change with its target, and a daemon fetches commits that exist; let the branch"
                        + " source discover 'the current pull request revision'"
                : null;
    }

    /** Tells whether Jenkins merges the commit with another one, so that the sources are those of no commit. */
    private static boolean isMerged(GitSCM git) {
        return git.getExtensions().stream()
                .anyMatch(each -> each instanceof MergeWithGitSCMExtension || each instanceof PreBuildMerge);
    }
}
