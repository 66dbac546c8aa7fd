// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Platform;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.control.CachePolicy;
import io.jenkins.plugins.treenq.buildkit.control.Worker;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code treenqctl debug workers}: lists the workers. */
@Command(name = "workers", description = "Lists the workers.")
final class WorkersCommand implements Callable<Integer> {
    @ParentCommand
    private DebugCommand debug;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"--filter", "-f"},
            description = "filter for the workers, in the syntax of containerd's filters")
    private List<String> filters = List.of();

    @Option(
            names = {"--verbose", "-v"},
            description = "show details of each worker")
    private boolean verbose;

    @Mixin
    private OutputFormat format;

    @Override
    public Integer call() throws BuildkitException, InterruptedException, IOException {
        List<Worker> workers;
        try (BuildkitClient client = debug.connect()) {
            workers = client.workers(filters);
        }
        if (format.json()) {
            JsonArray json = new JsonArray();
            workers.forEach(worker -> json.add(json(worker)));
            format.print(json.isEmpty() ? JsonNull.INSTANCE : json);
            return CommandLine.ExitCode.OK;
        }
        TabWriter table = TabWriter.tabs(spec.commandLine().getOut());
        if (!verbose) {
            table.line("ID\tPLATFORMS");
        }
        for (Worker worker : workers) {
            if (verbose) {
                details(table, worker);
            } else {
                table.line(worker.id() + "\t" + platforms(worker));
            }
        }
        table.flush();
        return CommandLine.ExitCode.OK;
    }

    private static void details(TabWriter table, Worker worker) {
        table.line("ID:\t" + worker.id());
        table.line("Platforms:\t" + platforms(worker));
        DebugCommand.versionLines(table, worker.version());
        table.line("Labels:");
        new TreeMap<>(worker.labels()).forEach((name, value) -> table.line("\t" + name + ":\t" + value));
        if (!worker.devices().isEmpty()) {
            table.line("Devices:");
            worker.devices().forEach(device -> details(table, device));
            table.line("");
        }
        for (int index = 0; index < worker.gcRules().size(); index++) {
            table.line("GC Policy rule#" + index + ":");
            details(table, worker.gcRules().get(index));
        }
        table.line("");
    }

    private static void details(TabWriter table, Worker.Device device) {
        table.line("\tName:\t" + device.name());
        table.line(device.onDemand() ? "\tOnDemand:\t" + device.onDemand() : "\tAutoAllow:\t" + device.autoAllow());
        new TreeMap<>(device.annotations())
                .forEach((name, value) -> table.line("\tAnnotations:\t" + name + ":\t" + value));
    }

    private static void details(TabWriter table, CachePolicy rule) {
        table.line("\tAll:\t" + rule.all());
        if (!rule.filters().isEmpty()) {
            table.line("\tFilters:\t" + String.join(" ", rule.filters()));
        }
        if (!rule.keepDuration().isNegative() && !rule.keepDuration().isZero()) {
            table.line("\tKeep duration:\t" + GoText.duration(rule.keepDuration()));
        }
        size(table, "Reserved space", rule.reservedBytes());
        size(table, "Minimum free space", rule.minFreeBytes());
        size(table, "Maximum used space", rule.maxUsedBytes());
    }

    private static void size(TabWriter table, String name, long bytes) {
        if (bytes > 0) {
            table.line("\t" + name + ":\t" + GoText.exactSize(bytes));
        }
    }

    private static String platforms(Worker worker) {
        return worker.platforms().stream().map(WorkersCommand::normalized).collect(Collectors.joining(","));
    }

    /** Returns the platform without the default variant of its architecture. */
    private static String normalized(Platform platform) {
        boolean common = platform.architecture().equals("amd64")
                        && platform.variant().equals("v1")
                || platform.architecture().equals("arm64") && platform.variant().equals("v8");
        return (common ? new Platform(platform.os(), platform.architecture(), "") : platform).toString();
    }

    /** Returns a worker in the form of Go's {@code client.WorkerInfo}. */
    private static JsonObject json(Worker worker) {
        JsonObject json = new JsonObject();
        json.addProperty("id", worker.id());
        json.add("labels", json(worker.labels()));
        JsonArray platforms = new JsonArray();
        for (Platform platform : worker.platforms()) {
            JsonObject one = new JsonObject();
            one.addProperty("architecture", platform.architecture());
            one.addProperty("os", platform.os());
            if (!platform.variant().isEmpty()) {
                one.addProperty("variant", platform.variant());
            }
            platforms.add(one);
        }
        json.add("platforms", platforms);
        JsonArray rules = new JsonArray();
        worker.gcRules().forEach(rule -> rules.add(json(rule)));
        json.add("gcPolicy", rules);
        json.add("buildkitVersion", DebugCommand.json(worker.version()));
        JsonArray devices = new JsonArray();
        worker.devices().forEach(device -> devices.add(json(device)));
        json.add("cdiDevices", devices.isEmpty() ? JsonNull.INSTANCE : devices);
        return json;
    }

    private static JsonObject json(CachePolicy rule) {
        JsonObject json = new JsonObject();
        json.addProperty("all", rule.all());
        JsonArray filters = new JsonArray();
        rule.filters().forEach(filters::add);
        json.add("filter", filters.isEmpty() ? JsonNull.INSTANCE : filters);
        json.addProperty("keepDuration", rule.keepDuration().toNanos());
        json.addProperty("reservedSpace", rule.reservedBytes());
        json.addProperty("maxUsedSpace", rule.maxUsedBytes());
        json.addProperty("minFreeSpace", rule.minFreeBytes());
        return json;
    }

    private static JsonObject json(Worker.Device device) {
        JsonObject json = new JsonObject();
        json.addProperty("name", device.name());
        json.addProperty("autoAllow", device.autoAllow());
        json.add("annotations", json(device.annotations()));
        json.addProperty("onDemand", device.onDemand());
        return json;
    }

    private static JsonElement json(Map<String, String> values) {
        if (values.isEmpty()) {
            return JsonNull.INSTANCE;
        }
        JsonObject json = new JsonObject();
        new TreeMap<>(values).forEach(json::addProperty);
        return json;
    }
}
