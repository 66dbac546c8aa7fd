// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.progress;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Displays the steps of a build with their durations on a terminal and updates them in place
 * ({@code util/progress/progressui/display.go}). The owner calls {@link #draw} periodically, and {@link #finish} at the
 * end, which leaves all steps on the screen.
 */
public final class TerminalPrinter implements BuildListener {
    private static final Pattern ATTRIBUTES = Pattern.compile("\u001b\\[[0-9;:]*m");
    private static final String ERASE_LINE_END = "\u001b[K";
    private static final String ERASE_BELOW = "\u001b[J";

    /**
     * Line wrapping is turned off, so that a line that is too long does not occupy two rows, for example after the
     * window was made narrower.
     */
    private static final String WITHOUT_WRAPPING = "\u001b[?7l";

    private static final String WITH_WRAPPING = "\u001b[?7h";

    private static final int LEAST_COLUMNS = 20;
    private static final int LINES_OF_OUTPUT = 6;

    private final PlainPrinter steps = new PlainPrinter(line -> {});
    private final Consumer<String> screen;
    private final Supplier<Size> size;
    private final Supplier<Instant> clock;
    private final Instant begin;
    private Duration daemonsLead;
    private int drawn;
    private boolean finished;

    /** The size of the terminal in characters. */
    public record Size(int columns, int rows) {}

    /** @param screen receives text with control sequences for the terminal */
    public TerminalPrinter(Consumer<String> screen, Supplier<Size> size) {
        this(screen, size, Instant::now);
    }

    TerminalPrinter(Consumer<String> screen, Supplier<Size> size, Supplier<Instant> clock) {
        this.screen = screen;
        this.size = size;
        this.clock = clock;
        this.begin = clock.get();
    }

    @Override
    public synchronized void onEvent(BuildEvent event) {
        if (daemonsLead == null && event instanceof BuildEvent.VertexChanged vertex && vertex.started() != null) {
            // The daemon's clock may differ from the clock of this machine.
            daemonsLead = Duration.between(clock.get(), vertex.started());
        }
        steps.onEvent(event);
    }

    /** Draws as many steps as fit on the screen, and replaces the previous drawing. */
    public synchronized void draw() {
        if (finished) {
            return;
        }
        Size now = size.get();
        List<String> lines = new ArrayList<>();
        for (Step step : steps.started()) {
            lines.add(line(step, now.columns()));
            if (step.running()) {
                details(step).forEach(detail -> lines.add(cut(detail, Math.max(LEAST_COLUMNS, now.columns()) - 1)));
            }
        }
        // The newest steps are at the end. One row is reserved for the header, and one for the cursor.
        int room = Math.max(1, now.rows() - 2);
        List<String> shown = new ArrayList<>();
        shown.add(header(""));
        shown.addAll(lines.subList(Math.max(0, lines.size() - room), lines.size()));
        show(shown);
    }

    /** Draws all steps for the last time, with their warnings and the output of failed steps. */
    public synchronized void finish() {
        steps.close();
        int columns = size.get().columns();
        Collection<Step> all = steps.started();
        List<String> lines = new ArrayList<>();
        lines.add(header(
                all.stream().noneMatch(step -> step.running() || !step.error().isEmpty()) ? " FINISHED" : ""));
        all.forEach(step -> lines.add(line(step, columns)));
        for (Step step : all) {
            step.warnings.forEach(warning -> lines.add("WARN: " + plain(LineAssembler.lineOf(warning.summary()))));
        }
        lines.addAll(steps.failureTail());
        show(lines);
        finished = true;
    }

    private void show(List<String> lines) {
        StringBuilder text = new StringBuilder(WITHOUT_WRAPPING);
        if (drawn > 0) {
            text.append("\u001b[").append(drawn).append('A');
        }
        text.append('\r');
        lines.forEach(line -> text.append(line).append(ERASE_LINE_END).append("\r\n"));
        text.append(ERASE_BELOW).append(WITH_WRAPPING);
        drawn = lines.size();
        screen.accept(text.toString());
    }

    private String header(String end) {
        Collection<Step> all = steps.started();
        long finished = all.stream().filter(Step::finished).count();
        return "[+] Building " + Numbers.seconds(Duration.between(begin, clock.get())) + " (" + finished + "/"
                + all.size() + ")" + end;
    }

    private String line(Step step, int columns) {
        Instant now = daemonsLead == null ? clock.get() : clock.get().plus(daemonsLead);
        String time = Numbers.seconds(step.duration(now));
        String state = step.canceled() ? "CANCELED " : step.failed() ? "ERROR " : step.cached() ? "CACHED " : "";
        int room = Math.max(LEAST_COLUMNS, columns) - time.length() - 2;
        String text = cut(" => " + state + plain(step.name), room);
        return text + " ".repeat(Math.max(1, room + 1 - text.length())) + time;
    }

    private static List<String> details(Step step) {
        List<String> details = new ArrayList<>();
        step.parts.values().stream()
                .flatMap(part -> part.unfinished().stream())
                .forEach(state -> details.add(" => => " + plain(VertexStatus.describe(state))));
        List<String> output = List.copyOf(step.tail());
        output.subList(Math.max(0, output.size() - LINES_OF_OUTPUT), output.size())
                .forEach(line -> details.add(" => => # " + plain(line)));
        return details;
    }

    private static String plain(String text) {
        return ATTRIBUTES.matcher(text).replaceAll("").replace('\t', ' ');
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most - 3) + "...";
    }
}
