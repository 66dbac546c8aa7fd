// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.control.BuildRecord;
import io.jenkins.plugins.treenq.buildkit.progress.SourceSnippet;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code treenqctl debug inspect}: shows the history record of a build. buildctl has no such command. */
@Command(name = "inspect", description = "Shows the history record of a build.")
final class InspectCommand implements Callable<Integer> {
    @ParentCommand
    private DebugCommand debug;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "REF", description = "ID of the build in the daemon")
    private String ref;

    @Mixin
    private OutputFormat format;

    @Override
    public Integer call() throws BuildkitException, InterruptedException, IOException {
        try (BuildkitClient client = debug.connect()) {
            BuildRecord record = client.history(ref).orElseThrow(() -> new IOException("there is no build " + ref));
            if (format.json()) {
                format.print(HistoryTable.json(record));
                return CommandLine.ExitCode.OK;
            }
            PrintWriter out = spec.commandLine().getOut();
            TabWriter table = TabWriter.spaces(out);
            describe(table, record);
            table.flush();
            client.failure(ref).ifPresent(failure -> {
                out.println();
                if (failure instanceof BuildkitException.BuildFailedException failed && failed.location() != null) {
                    SourceSnippet.of(failed.location()).forEach(out::println);
                }
                out.println("error: " + failure.getMessage());
            });
            out.flush();
        }
        return CommandLine.ExitCode.OK;
    }

    private static void describe(TabWriter table, BuildRecord record) {
        table.line("Ref:\t" + record.ref());
        table.line("Created at:\t" + GoText.time(record.created()));
        if (record.completed() != null) {
            table.line("Completed at:\t" + GoText.time(record.completed()));
            table.line("Duration:\t" + GoText.duration(Duration.between(record.created(), record.completed())));
            table.line("Steps:\t" + record.steps().completed() + " of "
                    + record.steps().total() + ", " + record.steps().cached() + " cached");
            table.line("Warnings:\t" + record.steps().warnings());
        }
        table.line("Pinned:\t" + record.pinned());
        if (!record.frontend().isEmpty()) {
            table.line("Frontend:\t" + record.frontend());
        }
        new TreeMap<>(record.options()).forEach((name, value) -> table.line("Option:\t" + name + "=" + value));
        record.exports()
                .forEach(export -> table.line("Export:\t" + export.type() + " " + new TreeMap<>(export.attributes())));
        record.products().forEach((platform, products) -> {
            String suffix = platform.isEmpty() ? "" : " (" + platform + ")";
            products.exported()
                    .values()
                    .forEach(blob -> table.line("Result:\t" + blob.digest() + " " + blob.mediaType() + suffix));
            products.attestations()
                    .forEach(blob -> table.line("Attestation:\t" + blob.digest() + " "
                            + blob.annotations().getOrDefault("in-toto.io/predicate-type", "") + suffix));
        });
    }
}
