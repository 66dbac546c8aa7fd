// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.progress.PlainPrinter;
import io.jenkins.plugins.treenq.buildkit.progress.RawJsonPrinter;
import io.jenkins.plugins.treenq.buildkit.progress.TerminalPrinter;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.TypeConversionException;

/** Prints the progress of a build in the selected mode. */
final class ProgressPrinter implements BuildListener, AutoCloseable {
    static final String MODES =
            "auto, plain, tty, rawjson or quiet; auto is tty on a terminal and plain elsewhere, and so is tty";

    private static final long REDRAW_MILLIS = 100;

    private final PrintWriter out;
    private final ScheduledExecutorService redrawing = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "treenqctl-terminal");
        thread.setDaemon(true);
        return thread;
    });
    private final BuildListener printer;

    /** The lines of one event, which may be hundreds and are written at once. */
    private final StringBuilder lines = new StringBuilder();

    /** The modes of {@code --progress}. Without a terminal, {@code tty} is the same as {@code plain}. */
    enum Mode {
        auto,
        plain,
        tty,
        rawjson,
        quiet;

        /** Returns the mode of {@code $BUILDKIT_PROGRESS} if the selected mode is {@code auto}. */
        private Mode chosen() {
            String wanted = System.getenv().getOrDefault("BUILDKIT_PROGRESS", "");
            return this == auto ? of(wanted) : this;
        }

        static Mode of(String name) {
            if (name.isEmpty()) {
                return auto;
            }
            return Arrays.stream(values())
                    .filter(mode -> mode.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "invalid progress mode " + name + "; one of " + Arrays.toString(values())));
        }
    }

    /** @param terminal the terminal that the output is connected to; empty if it is not a terminal */
    ProgressPrinter(Mode mode, PrintWriter out, Optional<Terminal> terminal) {
        this.out = out;
        printer = switch (mode.chosen()) {
            case quiet -> BuildListener.NONE;
            case rawjson -> new RawJsonPrinter(this::line);
            case plain -> new PlainPrinter(this::line);
            default ->
                terminal.isPresent()
                        ? new TerminalPrinter(this::draw, terminal.get()::size)
                        : new PlainPrinter(this::line);
        };
        if (printer instanceof TerminalPrinter drawn) {
            redrawing.scheduleWithFixedDelay(drawn::draw, 0, REDRAW_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void draw(String text) {
        out.append(text).flush();
    }

    @Override
    public void onEvent(BuildEvent event) {
        printer.onEvent(event);
        write();
    }

    private void line(String line) {
        lines.append(line).append(System.lineSeparator());
    }

    private void write() {
        if (printer instanceof TerminalPrinter) {
            StandardOutput.requireWritten(out, "the progress");
        }
        if (lines.length() > 0) {
            out.append(lines);
            lines.setLength(0);
            StandardOutput.requireWritten(out, "the progress");
        }
    }

    @Override
    public void close() {
        redrawing.shutdownNow();
        if (printer instanceof PlainPrinter plain) {
            plain.close();
            plain.failureTail().forEach(this::line);
        }
        if (printer instanceof TerminalPrinter drawn) {
            drawn.finish();
        }
        write();
    }
}
