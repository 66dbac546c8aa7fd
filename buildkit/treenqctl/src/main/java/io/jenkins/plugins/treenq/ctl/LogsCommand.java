// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.control.Blob;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code treenqctl debug logs}: shows the progress of a running or completed build. */
@Command(name = "logs", description = "Shows the log or the trace of a build.")
final class LogsCommand implements Callable<Integer> {
    @ParentCommand
    private DebugCommand debug;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "REF", description = "ID of the build in the daemon")
    private String ref;

    @Option(names = "--progress", description = ProgressPrinter.MODES)
    private ProgressPrinter.Mode progress = ProgressPrinter.Mode.auto;

    @Option(names = "--trace", description = "show the OpenTelemetry trace instead")
    private boolean trace;

    @Override
    public Integer call() throws BuildkitException, InterruptedException, IOException {
        if (trace) {
            return trace();
        }
        try (BuildkitClient client = debug.connect();
                ProgressPrinter printer =
                        new ProgressPrinter(progress, spec.commandLine().getOut(), Optional.empty())) {
            client.logs(ref, printer);
        }
        return CommandLine.ExitCode.OK;
    }

    private int trace() throws BuildkitException, InterruptedException, IOException {
        try (BuildkitClient client = debug.connect()) {
            Blob blob = client.history(ref)
                    .orElseThrow(() -> new IOException("there is no build " + ref))
                    .trace();
            if (blob == null) {
                throw new IOException("build " + ref + " has no trace");
            }
            client.blob(blob.digest(), System.out);
            System.out.flush();
        }
        return CommandLine.ExitCode.OK;
    }
}
