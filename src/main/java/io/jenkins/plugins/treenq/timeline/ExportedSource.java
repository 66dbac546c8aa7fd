// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.progress.SourceExcerpt;
import java.util.List;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * A place in a source file, in REST.
 *
 * @param line the first one that is meant; counts from 1
 * @param lines with those around them
 */
@ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
public record ExportedSource(
        @Exported String file, @Exported int line, @Exported List<Line> lines) {

    /** @param marked whether it is one of those that are meant */
    @ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
    public record Line(
            @Exported int number,
            @Exported boolean marked,
            @Exported String text) {}

    @CheckForNull
    static ExportedSource of(@CheckForNull SourceExcerpt excerpt) {
        return excerpt == null
                ? null
                : new ExportedSource(
                        excerpt.file(),
                        excerpt.line(),
                        excerpt.lines().stream()
                                .map(line -> new Line(line.number(), line.marked(), line.text()))
                                .toList());
    }
}
