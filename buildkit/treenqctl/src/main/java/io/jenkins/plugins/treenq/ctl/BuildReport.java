// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.progress.RawJsonPrinter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that determine how and where the progress of a build is printed. */
final class BuildReport {
    @Option(names = "--progress", description = ProgressPrinter.MODES)
    private ProgressPrinter.Mode progress = ProgressPrinter.Mode.auto;

    @Option(names = "--trace", description = "file to append the progress to, as JSON")
    private Path trace;

    @Option(
            names = "--debug-json-cache-metrics",
            description = "where to print which build steps were cached: stdout, stderr or a file")
    private String cacheMetrics = "";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    private Optional<Terminal> terminal = Optional.empty();

    /** An action that sends events to a listener. */
    @FunctionalInterface
    interface Action<T, E extends Exception> {
        T run(BuildListener listener) throws E, InterruptedException, IOException;
    }

    /** Allows the progress to be drawn on a terminal, unless another mode is selected. */
    void drawOn(Optional<Terminal> value) {
        terminal = value;
    }

    /**
     * Runs an action and prints the events that it sends. If the action succeeds, the cache metrics are printed, too.
     */
    <T, E extends Exception> T of(Action<T, E> action) throws E, InterruptedException, IOException {
        List<BuildListener> listeners = new ArrayList<>();
        CacheMetrics metrics = new CacheMetrics();
        if (!cacheMetrics.isEmpty()) {
            listeners.add(metrics);
        }
        T result;
        try (PrintWriter traceFile = open(trace, StandardOpenOption.APPEND);
                ProgressPrinter printer =
                        new ProgressPrinter(progress, command.commandLine().getErr(), terminal)) {
            if (traceFile != null) {
                listeners.add(new RawJsonPrinter(line -> {
                    traceFile.println(line);
                    StandardOutput.requireWritten(traceFile, "the trace");
                }));
            }
            listeners.add(printer);
            result = action.run(event -> printResult(listeners, event));
        }
        if (!cacheMetrics.isEmpty()) {
            print(metrics);
        }
        return result;
    }

    private static void printResult(List<BuildListener> listeners, BuildEvent event) {
        listeners.forEach(listener -> listener.onEvent(event));
    }

    private void print(CacheMetrics metrics) throws IOException {
        switch (cacheMetrics) {
            case "stdout" -> metrics.print(command.commandLine().getOut()::println);
            case "stderr" -> metrics.print(command.commandLine().getErr()::println);
            default -> {
                try (PrintWriter file = open(Path.of(cacheMetrics), StandardOpenOption.TRUNCATE_EXISTING)) {
                    metrics.print(file::println);
                }
            }
        }
    }

    /**
     * Opens a file that only its owner can read if it is new, because the output of build steps may be confidential.
     */
    private static PrintWriter open(Path file, StandardOpenOption how) throws IOException {
        if (file == null) {
            return null;
        }
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException | UnsupportedOperationException e) {
            // An existing file keeps its permissions, and some file systems have none.
        }
        return new PrintWriter(Files.newBufferedWriter(
                file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how));
    }
}
