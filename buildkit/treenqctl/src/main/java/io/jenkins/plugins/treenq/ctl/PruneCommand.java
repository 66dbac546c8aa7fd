// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.control.CachePolicy;
import io.jenkins.plugins.treenq.buildkit.control.CacheRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code treenqctl prune}: deletes unused records of the daemon's cache. */
@Command(name = "prune", description = "Deletes unused records of the daemon's cache.")
final class PruneCommand implements Callable<Integer> {
    private static final double MEGABYTE = 1e6;

    @ParentCommand
    private Treenqctl root;

    @Spec
    private CommandSpec spec;

    @Option(names = "--keep-duration", description = "keep records that were used within this duration, such as 48h")
    private Duration keepDuration = Duration.ZERO;

    @Option(names = "--keep-storage", description = "maximum size of the cache in megabytes")
    private double maxUsed;

    @Option(names = "--keep-storage-min", description = "size of the cache in megabytes that is always kept")
    private double reserved;

    @Option(names = "--free-storage", description = "free disk space to reach in megabytes")
    private double minFree;

    @Option(
            names = {"--filter", "-f"},
            description = "filter for the records to delete, such as type==regular")
    private List<String> filters = List.of();

    @Option(names = "--all", description = "also delete internal records and records of frontends")
    private boolean all;

    @Option(
            names = {"--verbose", "-v"},
            description = "show details of each record")
    private boolean verbose;

    @Mixin
    private OutputFormat format;

    @Override
    public Integer call() throws BuildkitException, InterruptedException, IOException {
        CachePolicy policy =
                new CachePolicy(all, filters, keepDuration, bytes(reserved), bytes(maxUsed), bytes(minFree));
        TabWriter table = TabWriter.tabs(spec.commandLine().getOut());
        AtomicLong total = new AtomicLong();
        try (BuildkitClient client = root.connect()) {
            if (format.json()) {
                client.prune(policy, record -> format.print(UsageTable.json(record)));
                return CommandLine.ExitCode.OK;
            }
            boolean[] first = {!verbose};
            client.prune(policy, record -> {
                total.addAndGet(record.sizeBytes());
                print(table, record, first[0]);
                first[0] = false;
            });
        }
        table.line("Total:\t" + GoText.size(total.get()));
        table.flush();
        return CommandLine.ExitCode.OK;
    }

    private void print(TabWriter table, CacheRecord record, boolean first) {
        if (first) {
            UsageTable.header(table);
        }
        if (verbose) {
            UsageTable.details(table, record);
        } else {
            UsageTable.row(table, record);
        }
        table.flush();
    }

    private static long bytes(double megabytes) {
        return (long) (megabytes * MEGABYTE);
    }
}
