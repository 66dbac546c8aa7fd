// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.progress.PlainPrinter;
import io.jenkins.plugins.treenq.buildkit.progress.RawJsonPrinter;
import java.io.PrintWriter;
import java.util.Arrays;
import picocli.CommandLine.TypeConversionException;

/** Prints a build's progress the way that was asked for. */
final class ProgressPrinter implements BuildListener, AutoCloseable {
    static final String MODES = "auto, plain, tty, rawjson or quiet; auto and tty are plain";

    private final PrintWriter out;
    private final BuildListener printer;

    /** The lines of one event, which may be hundreds, are written at once. */
    private final StringBuilder lines = new StringBuilder();

    /** What {@code --progress} may be. There is no picture that redraws itself, so {@code tty} is {@code plain}. */
    enum Mode {
        auto,
        plain,
        tty,
        rawjson,
        quiet;

        /** What {@code $BUILDKIT_PROGRESS} says, where nothing was asked for. */
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

    ProgressPrinter(Mode mode, PrintWriter out) {
        this.out = out;
        printer =
                switch (mode.chosen()) {
                    case quiet -> BuildListener.NONE;
                    case rawjson -> new RawJsonPrinter(this::line);
                    default -> new PlainPrinter(this::line);
                };
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
        if (lines.length() > 0) {
            out.append(lines);
            lines.setLength(0);
            StandardOutput.requireWritten(out, "the progress");
        }
    }

    @Override
    public void close() {
        if (printer instanceof PlainPrinter plain) {
            plain.close();
            plain.failureTail().forEach(this::line);
        }
        write();
    }
}
