// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.GoBooleans;
import io.jenkins.plugins.treenq.buildkit.progress.SourceSnippet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.PicocliException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line's root. */
@Command(
        name = "treenqctl",
        description = "Builds with a BuildKit daemon. Takes the arguments of buildctl.",
        versionProvider = Version.class,
        subcommands = {
            BuildCommand.class,
            DiskUsageCommand.class,
            PruneCommand.class,
            PruneHistoriesCommand.class,
            DebugCommand.class,
            DialStdioCommand.class,
            ImageCommand.class
        })
public final class Treenqctl implements Runnable {
    /** Go's command lines take long options after one dash, too. */
    private static final Pattern ONE_DASH = Pattern.compile("-[a-z][a-z-]+(=.*)?", Pattern.DOTALL);

    /** The libraries warn of what the errors say better. */
    private static final Logger LIBRARIES = Logger.getLogger("");

    @Mixin
    private DaemonOptions daemon;

    @Option(
            names = "--log-format",
            scope = ScopeType.INHERIT,
            description = "json or text; there is no log but the progress")
    private LogFormat logFormat;

    private enum LogFormat {
        json,
        text
    }

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "show where an error comes from")
    private boolean debug;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "show this help")
    private boolean help;

    @Option(
            names = {"-v", "--version"},
            versionHelp = true,
            description = "show the version")
    private boolean version;

    /** What Java makes of bytes that are no characters in its locale. */
    private static final char UNREADABLE = '\uFFFD';

    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        Treenqctl root = new Treenqctl();
        CommandLine line = commandLine(root)
                .setOut(StandardOutput.writer(System.out, "sun.stdout.encoding"))
                .setErr(StandardOutput.writer(System.err, "sun.stderr.encoding"))
                .setExecutionStrategy(parsed -> {
            LIBRARIES.setLevel(root.debug ? Level.INFO : Level.OFF);
            return new CommandLine.RunLast().execute(parsed);
        });
        if (Stream.of(arguments).anyMatch(argument -> argument.indexOf(UNREADABLE) >= 0)) {
            line.getErr().println("error: this locale cannot express all of the arguments; run with LC_ALL=C.UTF-8");
            System.exit(1);
        }
        int exit = line.execute(arguments);
        if (exit == CommandLine.ExitCode.OK && (line.getOut().checkError() || System.out.checkError())) {
            line.getErr().println("error: " + StandardOutput.unwritten("the output").getMessage());
            exit = CommandLine.ExitCode.SOFTWARE;
        }
        System.exit(exit);
    }

    static CommandLine commandLine() {
        return commandLine(new Treenqctl());
    }

    private static CommandLine commandLine(Treenqctl root) {
        CommandLine line = new CommandLine(root);
        line.getCommandSpec().preprocessor((arguments, command, argument, info) -> {
            arguments.replaceAll(text -> ONE_DASH.matcher(text).matches() ? "-" + text : text);
            return false;
        });
        ITypeConverter<Boolean> truth = text -> GoBooleans.parse(text)
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is neither true nor false"));
        return line.registerConverter(boolean.class, truth)
                .registerConverter(Duration.class, GoText::parseDuration)
                .registerConverter(ProgressPrinter.Mode.class, ProgressPrinter.Mode::of)
                .setOverwrittenOptionsAllowed(true)
                .setPosixClusteredShortOptionsAllowed(false)
                .setExpandAtFiles(false)
                .setParameterExceptionHandler(
                        (failure, arguments) -> root.report(failure, failure.getCommandLine()))
                .setExecutionExceptionHandler((failure, at, result) -> root.report(failure, at));
    }

    /** Without a command. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(name = "help", aliases = "h", description = "Shows the help of a command.")
    void help(@Parameters(paramLabel = "COMMAND", arity = "0..*") List<String> names) {
        CommandLine command = spec.commandLine();
        for (String name : names == null ? List.<String>of() : names) {
            command = command.getSubcommands().get(name);
            if (command == null) {
                throw new TypeConversionException("there is no command " + String.join(" ", names));
            }
        }
        command.usage(spec.commandLine().getOut());
    }

    DaemonOptions daemon() {
        return daemon;
    }

    BuildkitClient connect() throws BuildkitException, InterruptedException, IOException {
        return daemon.connect();
    }

    private int report(Exception failure, CommandLine line) {
        String text = text(failure);
        if (failure instanceof BuildkitException.BuildFailed failed && failed.location() != null) {
            List<String> snippet = SourceSnippet.of(failed.location());
            snippet.forEach(line.getErr()::println);
            // The snippet has said where.
            String place = failed.location().file() + ":" + failed.location().line() + ": ";
            text = snippet.isEmpty() || !text.startsWith(place) ? text : text.substring(place.length());
        }
        boolean solving = line.getCommand() instanceof BuildCommand
                && failure instanceof BuildkitException
                && !(failure instanceof BuildkitException.InvalidRequest)
                && !(failure instanceof BuildkitException.Unreachable)
                && !(failure instanceof BuildkitException.TlsRefused);
        line.getErr().println("error: " + (solving ? "failed to solve: " : "") + text);
        boolean unexpected = failure instanceof RuntimeException
                && !(failure instanceof PicocliException)
                && !(failure instanceof UncheckedIOException);
        if (debug || unexpected) {
            failure.printStackTrace(line.getErr());
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static String text(Exception failure) {
        if (failure instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            return "'" + unmatched.getUnmatched().get(0) + "' is not expected here; see treenqctl help";
        }
        if (failure instanceof UncheckedIOException unchecked) {
            return text(unchecked.getCause());
        }
        if (failure instanceof NoSuchFileException) {
            return "there is no file " + failure.getMessage();
        }
        if (failure instanceof FileSystemException file && file.getReason() == null) {
            // Java leaves it to the class to say what is wrong.
            return file.getMessage() + ": "
                    + file.getClass().getSimpleName().replace("Exception", "");
        }
        return String.valueOf(failure.getMessage());
    }
}
