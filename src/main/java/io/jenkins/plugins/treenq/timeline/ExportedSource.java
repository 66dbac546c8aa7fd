// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.progress.SourceExcerpt;
import java.util.List;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * A location in a source file, in the REST API.
 *
 * @param line number of the first line of the location, which counts from 1
 * @param lines the lines of the location and those around it
 */
@ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
public record ExportedSource(
        @Exported String file, @Exported int line, @Exported List<Line> lines) {

    /**
     * A line of a source file.
     *
     * @param marked whether the line belongs to the location
     */
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
