// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.bake.BakeException;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.GoBooleans;
import io.jenkins.plugins.treenq.buildkit.client.TargetFailedException;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import io.jenkins.plugins.treenq.buildkit.hcl.HclException;
import io.jenkins.plugins.treenq.buildkit.progress.SourceSnippet;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
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

/** The root command. */
@Command(
        name = "treenqctl",
        description = "Builds images on a BuildKit daemon. Compatible with the command line of buildctl.",
        versionProvider = Version.class,
        subcommands = {
            BakeCommand.class,
            BuildCommand.class,
            DiskUsageCommand.class,
            PruneCommand.class,
            PruneHistoriesCommand.class,
            DebugCommand.class,
            DialStdioCommand.class,
            ImageCommand.class
        })
public final class Treenqctl implements Runnable {
    /** Go's command lines also accept long options with one dash. */
    private static final Pattern ONE_DASH = Pattern.compile("-[a-z][a-z-]+(=.*)?", Pattern.DOTALL);

    /** The logger of the libraries. Their warnings repeat what the errors of treenqctl report. */
    private static final Logger LIBRARIES = Logger.getLogger("");

    @Mixin
    private final DaemonOptions daemon;

    @Option(
            names = "--log-format",
            scope = ScopeType.INHERIT,
            description = "accepted for compatibility: json or text; there is no log except the progress")
    private LogFormat logFormat;

    private enum LogFormat {
        json,
        text
    }

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "show stack traces of errors")
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

    /** The time that a cancelled command may take to cancel its work in the daemon. */
    private static final Duration CANCELLING = Duration.ofSeconds(5);

    private static final String CANCELLED = "error: canceled";

    @Spec
    private CommandSpec spec;

    private final EnvironmentVariables environment;
    private final Path workingFolder;

    /** The terminal that standard error is connected to. */
    private Optional<Terminal> terminal = Optional.empty();

    private Treenqctl(EnvironmentVariables environment, Path workingFolder) {
        this.environment = environment;
        this.workingFolder = workingFolder;
        this.daemon = new DaemonOptions(environment);
    }

    private static Treenqctl ofProcess() {
        return new Treenqctl(EnvironmentVariables.ofProcess(), Path.of(""));
    }

    public static void main(String[] arguments) {
        Treenqctl root = ofProcess();
        root.terminal = Terminal.ofErrors(root.environment.texts());
        // By default, Java sends no login to a proxy for TLS connections, but buildctl does. The JDK reads the property
        // once.
        System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
        PrintWriter err = StandardOutput.writer(System.err);
        CommandLine line = commandLine(root)
                .setOut(StandardOutput.writer(System.out))
                .setErr(err)
                .setExecutionStrategy(parsed -> {
                    LIBRARIES.setLevel(root.debug ? Level.INFO : Level.OFF);
                    return new CommandLine.RunLast().execute(parsed);
                });
        if (!ProcessBlock.ARGUMENTS
                .read()
                .map(parts -> ProcessBlock.isWhole(arguments, parts))
                .orElse(true)) {
            err.println("error: this locale cannot express all of the arguments; run with LC_ALL=C.UTF-8");
            System.exit(1);
        }
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(cancelling(Thread.currentThread(), ended, err)));
        int exit = line.execute(arguments);
        if (exit == CommandLine.ExitCode.OK && (line.getOut().checkError() || System.out.checkError())) {
            err.println("error: " + StandardOutput.unwritten("the output").getMessage());
            exit = CommandLine.ExitCode.SOFTWARE;
        }
        ended.countDown();
        System.exit(exit);
    }

    /**
     * Returns the shutdown hook, which Java runs after a signal such as INT or TERM. The hook interrupts the command,
     * so that the command cancels its work in the daemon.
     */
    private static Runnable cancelling(Thread command, CountDownLatch ended, PrintWriter err) {
        return () -> {
            try {
                if (ended.getCount() > 0) {
                    command.interrupt();
                    if (!ended.await(CANCELLING.toMillis(), TimeUnit.MILLISECONDS)) {
                        err.println(CANCELLED);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** Returns the command line with the environment variables and the working folder of this process. */
    static CommandLine commandLine() {
        return commandLine(ofProcess());
    }

    /**
     * Returns the command line with other environment variables and another working folder than those of this process.
     * Java cannot change either. The folders of {@code build} remain relative to the process's own.
     */
    static CommandLine commandLine(EnvironmentVariables environment, Path workingFolder) {
        return commandLine(new Treenqctl(environment, workingFolder));
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
                .registerConverter(Path.class, text -> root.workingFolder.resolve(path(text)))
                .registerConverter(Duration.class, GoText::parseDuration)
                .registerConverter(ProgressPrinter.Mode.class, ProgressPrinter.Mode::of)
                .setOverwrittenOptionsAllowed(true)
                .setPosixClusteredShortOptionsAllowed(false)
                .setExpandAtFiles(false)
                .setParameterExceptionHandler((failure, arguments) -> root.report(failure, failure.getCommandLine()))
                .setExecutionExceptionHandler((failure, at, result) -> root.report(failure, at));
    }

    /** Prints the help if no subcommand is given. */
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

    /** Returns the terminal on which progress can be drawn. */
    Optional<Terminal> terminal() {
        return terminal;
    }

    EnvironmentVariables environment() {
        return environment;
    }

    /** Returns the folder that the paths of {@code bake}, and those of secrets and SSH keys, are relative to. */
    Path workingFolder() {
        return workingFolder;
    }

    DaemonOptions daemon() {
        return daemon;
    }

    BuildkitClient connect() throws BuildkitException, InterruptedException, IOException {
        return daemon.connect();
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new TypeConversionException(noPath(e));
        }
    }

    private static String noPath(InvalidPathException failure) {
        return "'" + failure.getInput() + "' is not a path on this system";
    }

    private int report(Exception failure, CommandLine line) {
        if (failure instanceof InterruptedException) {
            line.getErr().println(CANCELLED);
            return CommandLine.ExitCode.SOFTWARE;
        }
        if (failure instanceof TargetFailedException target && target.getCause() instanceof Exception cause) {
            return report(cause, line, "target " + target.target() + ": ");
        }
        return report(failure, line, "");
    }

    /** @param subject what has failed */
    private int report(Exception failure, CommandLine line, String subject) {
        // The names of files can come from a bake file.
        String text = BuildkitException.oneLine(text(failure));
        if (failure instanceof BuildkitException.BuildFailedException failed && failed.location() != null) {
            List<String> snippet = SourceSnippet.of(failed.location());
            snippet.forEach(line.getErr()::println);
            // The snippet already contains the location.
            String place = failed.location().file() + ":" + failed.location().line() + ": ";
            text = snippet.isEmpty() || !text.startsWith(place) ? text : text.substring(place.length());
        }
        boolean solving = (line.getCommand() instanceof BuildCommand || line.getCommand() instanceof BakeCommand)
                && failure instanceof BuildkitException
                && !(failure instanceof BuildkitException.InvalidRequestException)
                && !(failure instanceof BuildkitException.UnreachableException)
                && !(failure instanceof BuildkitException.TlsRefusedException);
        line.getErr().println("error: " + subject + (solving ? "failed to solve: " : "") + text);
        boolean unexpected = failure instanceof RuntimeException
                && !(failure instanceof BakeException)
                && !(failure instanceof HclException)
                && !(failure instanceof PicocliException)
                && !(failure instanceof InvalidPathException)
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
        if (failure instanceof FileSystemException file) {
            return file.getFile() + " cannot be used: " + FileErrors.reason(file);
        }
        if (failure instanceof IOException other) {
            return FileErrors.reason(other);
        }
        if (failure instanceof InvalidPathException path) {
            return noPath(path);
        }
        return String.valueOf(failure.getMessage());
    }
}
