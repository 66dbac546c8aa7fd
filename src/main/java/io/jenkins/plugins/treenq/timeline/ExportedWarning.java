// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.progress.WarningReport;
import java.util.List;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * A rule that a Dockerfile breaks, in REST.
 *
 * @param summary the rule and what breaks it
 * @param url of the rule's description, or empty
 * @param source null when it is about no place
 */
@ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
public record ExportedWarning(
        @Exported String summary,
        @Exported List<String> detail,
        @Exported String url,
        @CheckForNull @Exported ExportedSource source) {
    static ExportedWarning of(WarningReport warning) {
        return new ExportedWarning(
                warning.summary(), warning.detail(), warning.url(), ExportedSource.of(warning.place()));
    }
}
