// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.control.BuildRecord;
import io.jenkins.plugins.treenq.buildkit.control.HistoryQuery;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code treenqctl debug histories}: lists running and completed builds. */
@Command(name = "histories", description = "Lists running and completed builds.")
final class HistoriesCommand implements Callable<Integer> {
    @ParentCommand
    private DebugCommand debug;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"--filter", "-f"},
            description = "filter for completed builds, such as status==error,startedAt>=1h")
    private List<String> filters = List.of();

    @Option(names = "--limit", description = "maximum number of completed builds, newest first")
    private int limit;

    @Mixin
    private OutputFormat format;

    @Override
    public Integer call() throws BuildkitException, InterruptedException, IOException {
        List<BuildRecord> records;
        try (BuildkitClient client = debug.connect()) {
            records = client.history(new HistoryQuery("", false, filters, limit));
        }
        if (format.json()) {
            records.forEach(record -> format.print(HistoryTable.json(record)));
            return CommandLine.ExitCode.OK;
        }
        TabWriter table = TabWriter.tabs(spec.commandLine().getOut());
        table.line("TYPE\tREF\tCREATED\tCOMPLETED\tGENERATION\tPINNED");
        for (BuildRecord record : records) {
            table.line(HistoryTable.row(record) + "\t" + (record.pinned() ? "*" : ""));
            table.flush();
        }
        table.flush();
        return CommandLine.ExitCode.OK;
    }
}
