// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.DaemonInfo;
import io.jenkins.plugins.treenq.buildkit.Worker;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code treenqctl debug}: what the daemon says of itself. */
@Command(name = "debug", description = "Shows what the daemon says of itself.", mixinStandardHelpOptions = true)
final class DebugCommand {
    @ParentCommand
    private Treenqctl root;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Command(name = "workers", description = "Lists the workers.", mixinStandardHelpOptions = true)
    int workers() throws BuildkitException, InterruptedException, IOException {
        try (BuildkitClient client = root.connect()) {
            PrintWriter out = out();
            out.println("ID\tPLATFORMS");
            for (Worker worker : client.workers()) {
                out.println(worker.id() + "\t"
                        + worker.platforms().stream().map(Object::toString).collect(Collectors.joining(",")));
            }
            return CommandLine.ExitCode.OK;
        }
    }

    @Command(name = "info", description = "Shows the daemon's version.", mixinStandardHelpOptions = true)
    int info() throws BuildkitException, InterruptedException, IOException {
        try (BuildkitClient client = root.connect()) {
            DaemonInfo info = client.info();
            out().println("BuildKit:\t" + info.packageName() + " " + info.version() + " " + info.revision());
            return CommandLine.ExitCode.OK;
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
