// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.progress.WarningReport;
import java.util.List;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * A violation of a Dockerfile rule, in the REST API.
 *
 * @param summary name of the rule and description of the violation
 * @param url URL of the rule's documentation; empty if there is none
 * @param source the location; null if the violation has none
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
