// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.Tls;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.progress.SourceSnippet;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.PicocliException;

/** The command line's root: how the daemon is reached. */
@Command(
        name = "treenqctl",
        description = "Builds with a BuildKit daemon. Takes the arguments of buildctl.",
        mixinStandardHelpOptions = true,
        subcommands = {
            BuildCommand.class,
            DiskUsageCommand.class,
            PruneCommand.class,
            PruneHistoriesCommand.class,
            DebugCommand.class
        })
public final class Treenqctl {
    /** Where a rootless daemon of the same user listens, as buildctl has it. */
    private static final String DEFAULT_ADDRESS = "unix:///run/buildkit/buildkitd.sock";

    private static final long WAIT_MILLIS = 250;

    @Option(names = "--addr", description = "address of the daemon (BUILDKIT_HOST)")
    private String address = Optional.ofNullable(System.getenv("BUILDKIT_HOST")).orElse(DEFAULT_ADDRESS);

    @Option(names = "--tlsservername", description = "name that the daemon's certificate must have")
    private String tlsServerName = "";

    @Option(names = "--tlscacert", description = "CA certificate for validation")
    private Path tlsCaCert;

    @Option(names = "--tlscert", description = "client certificate")
    private Path tlsCert;

    @Option(names = "--tlskey", description = "client key")
    private Path tlsKey;

    @Option(names = "--tlsdir", description = "folder with ca.pem, cert.pem and key.pem, or ca.crt, tls.crt and tls.key")
    private Path tlsDir;

    @Option(names = "--timeout", description = "seconds that connecting may take")
    private int timeoutSeconds = (int) Endpoint.DEFAULT_CONNECT_TIMEOUT.toSeconds();

    @Option(names = "--wait", description = "ask again, as long as --timeout says, until the daemon answers")
    private boolean wait;

    @Option(names = "--log-format", description = "json or text; nothing is logged")
    private LogFormat logFormat;

    private enum LogFormat {
        json,
        text
    }

    @Option(names = "--debug", description = "show where an error comes from")
    private boolean debug;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        Treenqctl root = new Treenqctl();
        return new CommandLine(root)
                .setExecutionExceptionHandler((failure, line, result) -> root.report(failure, line));
    }

    BuildkitClient connect() throws BuildkitException, InterruptedException, IOException {
        try {
            Endpoint endpoint = new Endpoint(URI.create(address), tls(), Duration.ofSeconds(timeoutSeconds));
            return wait ? awaitDaemon(endpoint) : BuildkitClient.connect(endpoint);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private static BuildkitClient awaitDaemon(Endpoint endpoint) throws BuildkitException, InterruptedException {
        long end = System.nanoTime() + endpoint.connectTimeout().toNanos();
        while (true) {
            try {
                return BuildkitClient.connect(endpoint);
            } catch (BuildkitException.Unreachable e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(WAIT_MILLIS);
            }
        }
    }

    private Tls tls() throws IOException {
        Path ca = tlsCaCert;
        Path certificate = tlsCert;
        Path key = tlsKey;
        if (tlsDir != null) {
            boolean kubernetes = Files.exists(tlsDir.resolve("tls.crt"));
            ca = tlsDir.resolve(kubernetes ? "ca.crt" : "ca.pem");
            certificate = tlsDir.resolve(kubernetes ? "tls.crt" : "cert.pem");
            key = tlsDir.resolve(kubernetes ? "tls.key" : "key.pem");
        }
        if (ca == null && certificate == null && key == null && tlsServerName.isEmpty()) {
            return null;
        }
        return new Tls(tlsServerName, read(ca), read(certificate), read(key));
    }

    private static String read(Path file) throws IOException {
        return file == null ? "" : Files.readString(file);
    }

    private int report(Exception failure, CommandLine line) {
        String text = failure instanceof java.nio.file.NoSuchFileException
                ? "there is no file " + failure.getMessage()
                : String.valueOf(failure.getMessage());
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
        boolean unexpected = failure instanceof RuntimeException && !(failure instanceof PicocliException);
        if (debug || unexpected) {
            failure.printStackTrace(line.getErr());
        }
        return CommandLine.ExitCode.SOFTWARE;
    }
}
