// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.bake.BakeConfig;
import io.jenkins.plugins.treenq.buildkit.bake.BakeDefinition;
import io.jenkins.plugins.treenq.buildkit.bake.BakeException;
import io.jenkins.plugins.treenq.buildkit.bake.BakeFile;
import io.jenkins.plugins.treenq.buildkit.bake.BakeJson;
import io.jenkins.plugins.treenq.buildkit.bake.BakeRequest;
import io.jenkins.plugins.treenq.buildkit.hcl.HclException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code treenqctl bake}: prints the targets of bake files, as {@code docker buildx bake --print} does. */
@Command(
        name = "bake",
        description = "Prints the targets of bake files (HCL, JSON, Compose) as buildx bake does. It builds nothing.")
final class BakeCommand implements Callable<Integer> {
    /** The files that are read if none is given, in the order in which buildx merges them. */
    private static final List<String> DEFAULT_FILES = List.of(
            "compose.yaml",
            "compose.yml",
            "docker-compose.yml",
            "docker-compose.yaml",
            "docker-bake.json",
            "docker-bake.hcl",
            "docker-bake.override.json",
            "docker-bake.override.hcl");

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Parameters(paramLabel = "TARGET", description = "targets and groups, also as patterns; default: default")
    private List<String> targets = List.of();

    @Option(
            names = {"--file", "-f"},
            description = "file with definitions; several are merged in their order")
    private List<String> files = List.of();

    @Option(names = "--set", description = "override a value of targets, such as web.args.VERSION=1.4 or *.tags+=…")
    private List<String> overrides = List.of();

    @Option(names = "--var", description = "NAME=VALUE of a variable of the files")
    private List<String> variables = List.of();

    @Option(names = "--print", description = "print the targets as JSON")
    private boolean print;

    @Option(names = "--list", description = "list targets or variables, such as targets or type=variables,format=json")
    private String list;

    @Option(names = "--push", description = "short for --set=*.push=true")
    private boolean push;

    @Option(names = "--load", description = "short for --set=*.load=true")
    private boolean load;

    @Option(names = "--no-cache", description = "short for --set=*.no-cache=true")
    private boolean noCache;

    @Option(names = "--pull", description = "short for --set=*.pull=true")
    private boolean pull;

    @Option(names = "--call", description = "short for --set=*.call=…")
    private String call;

    @Option(names = "--sbom", description = "short for --set=*.attest=type=sbom,…")
    private String sbom;

    @Option(names = "--provenance", description = "short for --set=*.attest=type=provenance,…")
    private String provenance;

    @Override
    public Integer call() throws IOException {
        if (print == (list != null)) {
            throw new TypeConversionException("bake needs either --print or --list");
        }
        PrintWriter out = spec.commandLine().getOut();
        try {
            BakeRequest request = request();
            out.println(
                    print
                            ? BakeJson.print(BakeDefinition.read(request))
                            : BakeList.of(list).text(BakeConfig.read(request)));
        } catch (BakeException | HclException e) {
            throw new TypeConversionException(e.getMessage());
        }
        out.flush();
        return CommandLine.ExitCode.OK;
    }

    private BakeRequest request() throws IOException {
        EnvironmentVariables environment = EnvironmentVariables.ofProcess();
        return new BakeRequest(
                files(),
                targets.isEmpty() ? List.of("default") : targets,
                overrides(),
                variables(),
                Map.of("BAKE_CMD_CONTEXT", "cwd://", "BAKE_LOCAL_PLATFORM", localPlatform()),
                name -> environment.text(name).orElse(null),
                Files.isRegularFile(Path.of(".env")) ? OptionFile.text(Path.of(".env")) : "",
                BakeCommand::content);
    }

    private static String content(String path) {
        try {
            return Files.isRegularFile(Path.of(path)) ? OptionFile.text(Path.of(path)) : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String localPlatform() {
        String architecture = System.getProperty("os.arch");
        return (System.getProperty("os.name").startsWith("Windows") ? "windows/" : "linux/")
                + (architecture.equals("aarch64") ? "arm64" : "amd64");
    }

    private List<BakeFile> files() throws IOException {
        List<BakeFile> read = new ArrayList<>();
        for (String name : files.isEmpty() ? DEFAULT_FILES : files) {
            Path path = Path.of(name.startsWith("cwd://") ? name.substring("cwd://".length()) : name);
            if (!files.isEmpty() || Files.exists(path)) {
                read.add(new BakeFile(path.toString(), OptionFile.text(path)));
            }
        }
        if (read.isEmpty()) {
            throw new TypeConversionException("there is no bake file here; name one with --file");
        }
        return read;
    }

    private List<String> overrides() {
        List<String> all = new ArrayList<>(overrides);
        flag(all, push, "*.push=true");
        flag(all, load, "*.load=true");
        flag(all, call != null, "*.call=" + call);
        flag(all, noCache, "*.no-cache=true");
        flag(all, pull, "*.pull=true");
        if (sbom != null) {
            all.add("*.attest=" + BakeRequest.attestation("sbom", sbom));
        }
        if (provenance != null) {
            all.add("*.attest=" + BakeRequest.attestation("provenance", provenance));
        }
        return all;
    }

    private static void flag(List<String> overrides, boolean given, String override) {
        if (given) {
            overrides.add(override);
        }
    }

    private Map<String, String> variables() {
        Map<String, String> read = new LinkedHashMap<>();
        for (String each : variables) {
            Map.Entry<String, String> pair = KeyValues.pair(each);
            read.put(pair.getKey(), pair.getValue());
        }
        return read;
    }
}
