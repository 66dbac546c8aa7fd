// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.step.TreenqMetadataStep;
import java.nio.charset.StandardCharsets;
import java.util.List;
import jenkins.model.Jenkins;

/**
 * What an image was built of: a commit, and the settings that influence the image.
 *
 * @param commit hash of the commit; null if it is unknown
 * @param settings hash of the settings
 */
record CommitImage(@CheckForNull String commit, String settings) {
    static CommitImage of(ImageSettings settings, BranchCommit commit, String name) {
        TreenqMetadataStep rules = settings.getRules();
        String text = Jenkins.XSTREAM2.toXML(settings.getBuild())
                + name
                + (rules == null
                        ? ""
                        : List.of(rules.getLabels(), rules.getAnnotations(), rules.getAnnotationLevels()));
        return new CommitImage(
                commit.hash(),
                Digest.sha256(text.getBytes(StandardCharsets.UTF_8)).hex());
    }
}
