// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Collects the state of a build's steps, and reports the changes on request. Reports and the collected state are
 * limited in size, regardless of what the daemon sends and how rarely reports are requested.
 *
 * <p>Events are received on one thread, and reports are requested on another one. Lines of output are passed separately
 * from events, as {@link PlainPrinter} assembles them.
 */
public final class ProgressReporter implements BuildListener {
    static final int MOST_STEPS = 1000;
    static final int MOST_TRANSFERS = 2000;
    static final int MOST_WARNINGS = 100;
    static final int LONGEST_LINE = 2000;
    static final int LONGEST_NAME = 500;
    static final int MOST_OUTPUT_CHARS = 512 << 10;

    private static final int MOST_TRANSFERS_OF_STEP = 100;
    private static final int MOST_INPUTS = 100;
    private static final int MOST_RUNS = 16;
    private static final int MOST_DETAILS = 5;
    private static final int MOST_SOURCE_LINES = 40;
    private static final int LONGEST_DIGEST = 100;

    private static final Pattern ATTRIBUTES = Pattern.compile("\u001b\\[[0-9;:]*m");

    private final UnaryOperator<String> mask;
    private final Clock clock;
    private final Steps steps = new Steps();
    private final Map<Step, Account> accounts = new LinkedHashMap<>();
    private final Map<String, Account> byVertex = new HashMap<>();
    private final List<WarningReport> newWarnings = new ArrayList<>();
    private Duration lateness;
    private SourceExcerpt failedAt;
    private int transfers;
    private int warnings;
    private int outputChars;
    private boolean leftOut;

    /** @param mask function that masks the secrets in a line of text */
    public ProgressReporter(UnaryOperator<String> mask) {
        this(mask, Clock.systemUTC());
    }

    ProgressReporter(UnaryOperator<String> mask, Clock clock) {
        this.mask = mask;
        this.clock = clock;
    }

    /** The state of a step, and whether the state has changed since the last report. */
    private static final class Account {
        final int number;
        final String vertex;
        final Set<String> inputs = new HashSet<>();
        final Map<String, StepReport.Transfer> transfers = new LinkedHashMap<>();
        ClippedOutput output = new ClippedOutput();
        boolean changed = true;
        boolean frozen;

        Account(int number, String vertex) {
            this.number = number;
            this.vertex = vertex;
        }
    }

    @Override
    public synchronized void onEvent(BuildEvent event) {
        if (accounts.size() >= MOST_STEPS && !byVertex.containsKey(event.vertex())) {
            leftOut = true;
            return;
        }
        BuildEvent kept = event instanceof BuildEvent.VertexChanged vertex ? clipped(vertex) : event;
        Step step = steps.of(kept);
        Account account = accounts.computeIfAbsent(step, first -> new Account(accounts.size() + 1, event.vertex()));
        byVertex.put(event.vertex(), account);
        if (account.frozen) {
            return;
        }
        if (kept instanceof BuildEvent.VertexChanged vertex) {
            step.record(vertex);
            vertex.inputs().stream()
                    .limit(Math.max(0, MOST_INPUTS - account.inputs.size()))
                    .forEach(account.inputs::add);
            updateDaemonTime(vertex.completed() == null ? vertex.started() : vertex.completed());
        } else if (kept instanceof BuildEvent.Progress progress) {
            transfer(account, progress);
            updateDaemonTime(progress.timestamp());
        } else if (kept instanceof BuildEvent.Warning warning) {
            step.reveal();
            warning(warning);
        } else {
            // Output is passed to {@link #line} instead.
            return;
        }
        account.changed = true;
    }

    private BuildEvent.VertexChanged clipped(BuildEvent.VertexChanged vertex) {
        BuildEvent.Group group = vertex.group();
        return new BuildEvent.VertexChanged(
                vertex.vertex(),
                vertex.inputs(),
                text(vertex.name(), LONGEST_NAME),
                vertex.cached(),
                vertex.started(),
                vertex.completed(),
                text(vertex.error(), LONGEST_LINE),
                group == null
                        ? null
                        : new BuildEvent.Group(group.id(), text(group.name(), LONGEST_NAME), group.weak()));
    }

    /**
     * Prepares for a second build with the same steps. Steps that have ended keep their state, because in the second
     * build they are taken from the cache, which would hide how they were executed.
     */
    public synchronized void reset() {
        accounts.forEach((step, account) -> account.frozen |= step.state().isOver());
    }

    /** Estimates the offset of the daemon's clock from the event that arrived with the least delay. */
    private void updateDaemonTime(Instant time) {
        if (time != null) {
            Duration late = Duration.between(time, clock.instant());
            if (lateness == null || late.compareTo(lateness) < 0) {
                lateness = late;
            }
        }
    }

    private void transfer(Account account, BuildEvent.Progress progress) {
        String key = progress.vertex() + ' ' + clipped(progress.id(), LONGEST_NAME);
        StepReport.Transfer known = account.transfers.get(key);
        if (known == null) {
            if (transfers >= MOST_TRANSFERS || account.transfers.size() >= MOST_TRANSFERS_OF_STEP) {
                leftOut = true;
                return;
            }
            transfers++;
        }
        account.transfers.put(
                key,
                new StepReport.Transfer(
                        known == null ? text(progress.id(), LONGEST_NAME) : known.name(),
                        progress.current(),
                        progress.total(),
                        progress.started(),
                        progress.completed()));
    }

    private void warning(BuildEvent.Warning warning) {
        if (warnings >= MOST_WARNINGS) {
            leftOut = true;
        } else {
            warnings++;
            newWarnings.add(new WarningReport(
                    text(warning.summary(), LONGEST_NAME),
                    warning.detail().stream()
                            .limit(MOST_DETAILS)
                            .map(line -> text(line, LONGEST_NAME))
                            .toList(),
                    text(warning.url(), LONGEST_NAME),
                    excerpt(warning.location())));
        }
    }

    /**
     * Adds a line of a step's output.
     *
     * @param line line without its line end
     */
    public synchronized void line(String vertex, String line) {
        Step step = steps.of(vertex);
        Account account = byVertex.get(vertex);
        if (step == null || account == null) {
            return;
        }
        step.reveal();
        outputChars -= account.output.chars();
        if (outputChars + line.length() > MOST_OUTPUT_CHARS) {
            account.output.leaveOut(1);
        } else {
            // Other lines are masked only when they are reported, because most lines are never reported.
            account.output.add(line.length() > LONGEST_LINE ? text(line, LONGEST_LINE) : line);
        }
        outputChars += account.output.chars();
    }

    /** Adds a warning of the build checks that were executed without a build. */
    public synchronized void warn(Lint.Warning warning) {
        warning(new BuildEvent.Warning(
                "",
                1,
                warning.rule() + ": " + warning.detail(),
                List.of(warning.description()),
                warning.url(),
                warning.location()));
    }

    /** Sets the location in the source because of which the build failed. */
    public synchronized void failedAt(SourceLocation location) {
        failedAt = excerpt(location);
    }

    /** Returns the changes since the last call. */
    public synchronized ProgressReport take() {
        Map<Integer, StepOutput> output = new TreeMap<>();
        List<StepReport> changed = new ArrayList<>();
        accounts.forEach((step, account) -> {
            if (step.hidden()) {
                return;
            }
            if (account.changed) {
                changed.add(report(step, account));
                account.changed = false;
            }
            if (!account.output.isEmpty()) {
                StepOutput lines = account.output.content();
                output.put(
                        account.number, new StepOutput(masked(lines.first()), lines.leftOut(), masked(lines.last())));
                account.output = new ClippedOutput();
            }
        });
        outputChars = 0;
        List<WarningReport> fresh = List.copyOf(newWarnings);
        newWarnings.clear();
        SourceExcerpt place = failedAt;
        failedAt = null;
        return new ProgressReport(now(), changed, output, fresh, place, leftOut);
    }

    /** Returns the current time of the daemon's clock, as far as its offset is known. */
    private Instant now() {
        Instant now = clock.instant();
        return lateness == null ? now : now.minus(lateness);
    }

    /** Returns the summary of all steps. */
    public synchronized ProgressSummary summary() {
        List<StepReport> all = new ArrayList<>();
        accounts.forEach((step, account) -> {
            if (!step.hidden()) {
                all.add(report(step, account));
            }
        });
        return ProgressSummary.of(all);
    }

    private StepReport report(Step step, Account account) {
        List<Integer> inputs = account.inputs.stream()
                .map(byVertex::get)
                .filter(known -> known != null && known != account)
                .map(known -> known.number)
                .distinct()
                .sorted()
                .toList();
        return new StepReport(
                account.number,
                text(account.vertex, LONGEST_DIGEST),
                step.name,
                step.state(),
                inputs,
                step.runs(MOST_RUNS),
                List.copyOf(account.transfers.values()),
                step.error());
    }

    private SourceExcerpt excerpt(SourceLocation location) {
        return location == null
                ? null
                : SourceSnippet.excerpt(location).map(this::masked).orElse(null);
    }

    private SourceExcerpt masked(SourceExcerpt excerpt) {
        return new SourceExcerpt(
                text(excerpt.file(), LONGEST_NAME),
                excerpt.line(),
                excerpt.lines().stream()
                        .limit(MOST_SOURCE_LINES)
                        .map(line ->
                                new SourceExcerpt.Line(line.number(), line.marked(), text(line.text(), LONGEST_NAME)))
                        .toList());
    }

    private List<String> masked(List<String> lines) {
        return lines.stream().map(line -> text(line, LONGEST_LINE)).toList();
    }

    /**
     * Returns a text without text attributes and secrets, truncated to the length. Truncating comes last, because the
     * mask would not recognize the rest of a truncated secret.
     */
    private String text(String text, int longest) {
        String line = LineAssembler.lineOf(text);
        return clipped(mask.apply(ATTRIBUTES.matcher(line).replaceAll("")), longest);
    }

    static String clipped(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
        return text.substring(0, end) + "…";
    }
}
