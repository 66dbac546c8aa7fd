// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.model.Actionable;
import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.model.Run;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jenkins.scm.api.SCMRevision;
import jenkins.scm.api.SCMRevisionAction;
import jenkins.scm.api.SCMSource;
import jenkins.scm.api.metadata.ObjectMetadataAction;
import org.jenkinsci.plugins.variant.OptionalExtension;

/** Reads the revision and the repository of a build from the branch source of its multibranch project. */
@OptionalExtension(requirePlugins = "scm-api")
public final class BranchSourceRevision implements RunOrigin.RevisionFinder {
    /**
     * The text of a revision, which begins with the commit's hash. In a change request, the hash is followed by the
     * commit that the change is merged with.
     */
    private static final Pattern HASH = Pattern.compile("(?<hash>[0-9a-f]{40}(?:[0-9a-f]{24})?)(?![0-9a-f]).*");

    @Override
    public Optional<RunOrigin.SourceRevision> find(Run<?, ?> run) {
        SCMSource source = SCMSource.SourceByItem.findSource(run.getParent());
        if (source == null) {
            return Optional.empty();
        }
        ItemGroup<?> project = run.getParent().getParent();
        ObjectMetadataAction repository =
                project instanceof Actionable actionable ? actionable.getAction(ObjectMetadataAction.class) : null;
        return Optional.of(new RunOrigin.SourceRevision(
                hash(SCMRevisionAction.getRevision(source, run)),
                project instanceof Item item ? item.getName() : null,
                repository == null ? null : Util.fixEmptyAndTrim(repository.getObjectDescription()),
                repository == null ? null : Util.fixEmptyAndTrim(repository.getObjectUrl())));
    }

    @CheckForNull
    private static String hash(@CheckForNull SCMRevision revision) {
        Matcher matcher = HASH.matcher(String.valueOf(revision));
        return matcher.matches() ? matcher.group("hash") : null;
    }
}
