// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.JsonObject;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.control.DaemonInfo;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code treenqctl debug}: shows information about the daemon and its builds. */
@Command(
        name = "debug",
        description = "Shows information about the daemon and its builds.",
        subcommands = {
            WorkersCommand.class,
            HistoriesCommand.class,
            InspectCommand.class,
            LogsCommand.class,
            ProvenanceCommand.class,
            MonitorCommand.class
        })
final class DebugCommand implements Runnable {
    @ParentCommand
    private Treenqctl root;

    @Spec
    private CommandSpec spec;

    /** Prints the help if no subcommand is given. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    BuildkitClient connect() throws BuildkitException, InterruptedException, IOException {
        return root.connect();
    }

    @Command(name = "info", description = "Shows the daemon's version.")
    int info(@Mixin OutputFormat format) throws BuildkitException, InterruptedException, IOException {
        DaemonInfo info;
        try (BuildkitClient client = connect()) {
            info = client.info();
        }
        if (format.json()) {
            JsonObject json = new JsonObject();
            json.add("buildkitVersion", json(info));
            format.print(json);
        } else {
            TabWriter table = TabWriter.spaces(spec.commandLine().getOut());
            versionLines(table, info);
            table.flush();
        }
        return CommandLine.ExitCode.OK;
    }

    static void versionLines(TabWriter table, DaemonInfo info) {
        table.line("BuildKit:\t" + info.packageName() + " " + info.version() + " " + info.revision());
        if (!info.dockerfileVersion().isEmpty()) {
            table.line("Dockerfile:\t" + info.dockerfileVersion());
        }
    }

    static JsonObject json(DaemonInfo info) {
        JsonObject json = new JsonObject();
        json.addProperty("package", info.packageName());
        json.addProperty("version", info.version());
        json.addProperty("revision", info.revision());
        if (!info.dockerfileVersion().isEmpty()) {
            json.addProperty("dockerfileVersion", info.dockerfileVersion());
        }
        return json;
    }

    @Command(name = "get", description = "Writes a blob that the history refers to.")
    int get(@Parameters(paramLabel = "DIGEST") String digest)
            throws BuildkitException, InterruptedException, IOException {
        Digest address;
        try {
            address = new Digest(digest);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.subcommands().get("get"), e.getMessage());
        }
        try (BuildkitClient client = connect();
                OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out))) {
            client.blob(address, out);
        }
        return CommandLine.ExitCode.OK;
    }

    @Command(name = "ctl", description = "Changes the history record of a build.")
    int ctl(
            @Parameters(paramLabel = "REF") String ref,
            @Option(names = "--pin", description = "keep the record regardless of its age") boolean pin,
            @Option(names = "--unpin", description = "no longer keep the record regardless of its age") boolean unpin,
            @Option(names = "--delete", description = "delete the record") boolean delete)
            throws BuildkitException, InterruptedException, IOException {
        if ((pin ? 1 : 0) + (unpin ? 1 : 0) + (delete ? 1 : 0) != 1) {
            throw new ParameterException(spec.subcommands().get("ctl"), "specify one of --pin, --unpin and --delete");
        }
        try (BuildkitClient client = connect()) {
            if (delete) {
                client.deleteHistory(ref);
            } else {
                client.pinHistory(ref, pin);
            }
        }
        return CommandLine.ExitCode.OK;
    }
}
