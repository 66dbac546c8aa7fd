// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.step.TreenqMetadataStep;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;

/**
 * What an image was built of: a commit, and the settings that influence the image.
 *
 * @param commit hash of the commit; null if it is unknown, or if the commit is merged with its target
 * @param settings hash of the settings, including those of a checkout on an agent: submodules and files in Git LFS are
 *     not the same in all checkouts of a commit
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
        String text = xml(settings.getBuild())
                + (rules == null ? "" : List.of(rules.getLabels(), rules.getAnnotations(), rules.getAnnotationLevels()))
                + Util.fixNull(commit.checkout());
        return new CommitImage(commit.hash(), sha256(text));
    }

    /** Returns a hash of a part of the configuration, which is the same for all versions of the plugins. */
    static String hash(Object configuration) {
        return sha256(xml(configuration));
    }

    private static String sha256(String text) {
        return Digest.sha256(text.getBytes(StandardCharsets.UTF_8)).hex();
    }

    private static String xml(Object configuration) {
        return PLUGIN_VERSION.matcher(Jenkins.XSTREAM2.toXML(configuration)).replaceAll("");
    }
}
