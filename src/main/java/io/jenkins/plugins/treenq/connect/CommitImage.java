// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.step.TreenqMetadataStep;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;

/**
 * What an image was built of: a commit, and the settings that influence the image.
 *
 * @param commit hash of the commit; null if it is unknown, or if the sources are those of no single commit
 * @param settings hash of the settings
 */
record CommitImage(@CheckForNull String commit, String settings) {
    /** The attribute with the version of a plugin, which Jenkins adds to elements of the plugin's classes. */
    private static final Pattern PLUGIN_VERSION = Pattern.compile(" plugin=\"[^\"]*\"");

    /**
     * Returns the key of the image of a commit. The name of the image is not part of it, so that a project whose folder
     * is renamed gets its images under their new name without building them again.
     */
    static CommitImage of(ImageSettings settings, BranchCommit commit) {
        TreenqMetadataStep rules = settings.getRules();
        String text = PLUGIN_VERSION
                        .matcher(Jenkins.XSTREAM2.toXML(settings.getBuild()))
                        .replaceAll("")
                + (rules == null ? "" : List.of(rules.getLabels(), rules.getAnnotations(), rules.getAnnotationLevels()))
                // A checkout can have files of Git LFS and submodules that a daemon does not fetch.
                + (commit.isOnAgent() ? "checked out on an agent" : "");
        return new CommitImage(
                commit.hash(),
                Digest.sha256(text.getBytes(StandardCharsets.UTF_8)).hex());
    }
}
