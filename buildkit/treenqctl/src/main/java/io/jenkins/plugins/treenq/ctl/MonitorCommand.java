// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.control.Blob;
import io.jenkins.plugins.treenq.buildkit.control.BuildRecord;
import io.jenkins.plugins.treenq.buildkit.control.HistoryEvent;
import io.jenkins.plugins.treenq.buildkit.control.HistoryQuery;
import io.jenkins.plugins.treenq.buildkit.progress.LineAssembler;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code treenqctl debug monitor}: prints builds when they begin and end, until it is interrupted. */
@Command(name = "monitor", description = "Prints builds when they begin and end.")
final class MonitorCommand implements Callable<Integer> {
    @ParentCommand
    private DebugCommand debug;

    @Spec
    private CommandSpec spec;

    @Option(names = "--completed", description = "also print builds that ended before")
    private boolean completed;

    @Option(names = "--ref", description = "print this build only")
    private String ref = "";

    @Override
    public Integer call() throws BuildkitException, InterruptedException, IOException {
        try (BuildkitClient client = debug.connect()) {
            client.followHistory(new HistoryQuery(ref, !completed, List.of(), 0), this::print);
        }
        return CommandLine.ExitCode.OK;
    }

    private void print(HistoryEvent event) {
        PrintWriter out = spec.commandLine().getOut();
        BuildRecord record = event.record();
        out.println("event: " + event.kind() + " ref:" + LineAssembler.plainLine(record.ref()));
        if (record.steps().total() != 0) {
            out.println(
                    "  cache: " + record.steps().cached() + "/" + record.steps().total());
        }
        if (record.steps().warnings() != 0) {
            out.println("  warnings: " + record.steps().warnings());
        }
        print(out, "logs", record.logs());
        print(out, "trace", record.trace());
        record.products().forEach((platform, products) -> {
            String prefix = platform.isEmpty() ? "" : "[" + platform + "] ";
            new TreeMap<>(products.exported()).values().forEach(blob -> print(out, prefix + "descriptor", blob));
            products.attestations().forEach(blob -> print(out, prefix + "attestation", blob));
        });
        StandardOutput.requireWritten(out, "the output");
    }

    private static void print(PrintWriter out, String name, Blob blob) {
        if (blob == null) {
            return;
        }
        StringBuilder text = new StringBuilder("  " + name + ": media_type:\"" + blob.mediaType() + "\" digest:\""
                + blob.digest() + "\" size:" + blob.sizeBytes());
        new TreeMap<>(blob.annotations()).forEach((key, value) -> text.append(" annotations:{key:\"")
                .append(key)
                .append("\" value:\"")
                .append(value)
                .append("\"}"));
        out.println(LineAssembler.plainLine(text.toString()));
    }
}
