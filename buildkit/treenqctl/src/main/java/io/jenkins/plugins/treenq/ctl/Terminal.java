// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.progress.TerminalPrinter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The terminal that an output of this process is connected to. Java reports a terminal only if standard input is
 * connected to it, too; Linux provides the information for each output.
 */
final class Terminal {
    private static final Path DEVICE = Path.of("/dev/tty");
    private static final TerminalPrinter.Size USUAL = new TerminalPrinter.Size(80, 24);
    private static final long SIZE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private TerminalPrinter.Size size = USUAL;
    private long asked;

    private Terminal() {}

    /** Returns the terminal that standard error is connected to, if progress can be drawn on it. */
    static Optional<Terminal> ofErrors(Map<String, String> environment) {
        boolean draws = File.separatorChar == '/'
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
        return draws && is(2) ? Optional.of(new Terminal()) : Optional.empty();
    }

    static boolean is(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return System.console() != null;
        }
    }

    /** Returns the size of the terminal, which may be outdated by one second. */
    synchronized TerminalPrinter.Size size() {
        if (asked == 0 || System.nanoTime() - asked > SIZE_NANOS) {
            size = ask().orElse(size);
            asked = System.nanoTime();
        }
        return size;
    }

    /**
     * Asks stty for the size, because Java does not provide it and environment variables do not follow the size of the
     * window.
     */
    private static Optional<TerminalPrinter.Size> ask() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(DEVICE.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String[] words = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .strip()
                    .split(" ");
            int rows = Integer.parseInt(words[0]);
            int columns = Integer.parseInt(words[1]);
            return rows > 0 && columns > 0 ? Optional.of(new TerminalPrinter.Size(columns, rows)) : Optional.empty();
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }
}
