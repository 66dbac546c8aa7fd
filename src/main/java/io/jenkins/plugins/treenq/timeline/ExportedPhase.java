// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import io.jenkins.plugins.treenq.buildkit.progress.StepReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * A phase of a build in the REST API. The durations of all phases add up to the duration of the build.
 *
 * @param name name of the phase for the page
 * @param startMillis time since the start of the build, in milliseconds
 */
@ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
public record ExportedPhase(
        @Exported BuildPhase phase,
        @Exported String name,
        @Exported long startMillis,
        @Exported long durationMillis) {

    /** @param wholeMillis duration of the build so far, in milliseconds */
    static List<ExportedPhase> of(Timeline timeline, long wholeMillis, boolean running) {
        Instant beginning = timeline.beginning().time();
        List<Timeline.Mark> marks = new ArrayList<>(timeline.marks());
        if (marks.isEmpty()) {
            return List.of();
        }
        if (timeline.stepsStart() != null) {
            marks.add(new Timeline.Mark(BuildPhase.STEPS, timeline.stepsStart()));
            Instant last = timeline.progress().steps().stream()
                    .map(StepReport::end)
                    .filter(Objects::nonNull)
                    .max(Comparator.naturalOrder())
                    .map(timeline::ofController)
                    .orElse(null);
            if (!running && last != null && !last.isBefore(timeline.stepsStart())) {
                marks.add(new Timeline.Mark(BuildPhase.FINISHING, last));
            }
        }
        List<ExportedPhase> phases = new ArrayList<>();
        long start = 0;
        for (int i = 0; i < marks.size(); i++) {
            long end = i + 1 == marks.size()
                    ? wholeMillis
                    : Duration.between(beginning, marks.get(i + 1).time()).toMillis();
            // The end is limited to the duration of the build, because the clock may have been changed during the
            // build.
            end = Math.max(start, Math.min(end, wholeMillis));
            BuildPhase phase = marks.get(i).phase();
            phases.add(new ExportedPhase(phase, phase.text(), start, end - start));
            start = end;
        }
        return phases;
    }
}
