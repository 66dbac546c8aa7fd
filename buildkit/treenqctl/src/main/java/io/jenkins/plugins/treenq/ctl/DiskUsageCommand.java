// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.control.CacheRecord;
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

/** {@code treenqctl du}: shows the disk usage of the daemon's cache. */
@Command(name = "du", description = "Shows the disk usage of the daemon's cache.")
final class DiskUsageCommand implements Callable<Integer> {
    @ParentCommand
    private Treenqctl root;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"--filter", "-f"},
            description = "filter for the records, such as type==regular")
    private List<String> filters = List.of();

    @Option(
            names = {"--verbose", "-v"},
            description = "show details of each record")
    private boolean verbose;

    @Mixin
    private OutputFormat format;

    @Override
    public Integer call() throws BuildkitException, InterruptedException, IOException {
        List<CacheRecord> records;
        try (BuildkitClient client = root.connect()) {
            records = client.diskUsage(filters);
        }
        if (format.json()) {
            JsonArray json = new JsonArray();
            records.forEach(record -> json.add(UsageTable.json(record)));
            format.print(json.isEmpty() ? JsonNull.INSTANCE : json);
            return CommandLine.ExitCode.OK;
        }
        TabWriter table = TabWriter.tabs(spec.commandLine().getOut());
        if (verbose) {
            records.forEach(record -> UsageTable.details(table, record));
        } else {
            UsageTable.header(table);
            records.forEach(record -> UsageTable.row(table, record));
        }
        table.flush();
        if (filters.isEmpty()) {
            UsageTable.summary(table, records);
            table.flush();
        }
        return CommandLine.ExitCode.OK;
    }
}
