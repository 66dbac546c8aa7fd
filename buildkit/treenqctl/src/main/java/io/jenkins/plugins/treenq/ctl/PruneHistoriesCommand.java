// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.control.BuildRecord;
import io.jenkins.plugins.treenq.buildkit.control.HistoryQuery;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code treenqctl prune-histories}: deletes the history records of completed builds that are not pinned. */
@Command(name = "prune-histories", description = "Deletes the history records of builds that are not pinned.")
final class PruneHistoriesCommand implements Callable<Integer> {
    @ParentCommand
    private Treenqctl root;

    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputFormat format;

    @Override
    public Integer call() throws BuildkitException, InterruptedException, IOException {
        TabWriter table = TabWriter.tabs(spec.commandLine().getOut());
        int result = CommandLine.ExitCode.OK;
        if (!format.json()) {
            table.line("TYPE\tREF\tCREATED\tCOMPLETED\tGENERATION");
        }
        try (BuildkitClient client = root.connect()) {
            for (BuildRecord record : client.history(HistoryQuery.ALL)) {
                if (record.pinned()) {
                    continue;
                }
                try {
                    client.deleteHistory(record.ref());
                } catch (BuildkitException.InvalidRequestException e) {
                    // The remaining records are still deleted.
                    spec.commandLine().getErr().println("error: " + e.getMessage());
                    result = CommandLine.ExitCode.SOFTWARE;
                    continue;
                }
                if (format.json()) {
                    format.print(HistoryTable.json(record));
                } else {
                    table.line(HistoryTable.row(record));
                    table.flush();
                }
            }
        }
        table.flush();
        return result;
    }
}
