// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.bake.BakeCall;
import io.jenkins.plugins.treenq.buildkit.bake.BakeConfig;
import io.jenkins.plugins.treenq.buildkit.bake.BakeDefinition;
import io.jenkins.plugins.treenq.buildkit.bake.BakeFile;
import io.jenkins.plugins.treenq.buildkit.bake.BakeJson;
import io.jenkins.plugins.treenq.buildkit.bake.BakePaths;
import io.jenkins.plugins.treenq.buildkit.bake.BakeRequest;
import io.jenkins.plugins.treenq.buildkit.client.BakeEntitlements;
import io.jenkins.plugins.treenq.buildkit.client.BakeFiles;
import io.jenkins.plugins.treenq.buildkit.client.BakeRun;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.MetadataFile;
import io.jenkins.plugins.treenq.buildkit.client.RemoteBakeFiles;
import io.jenkins.plugins.treenq.buildkit.client.TargetFailedException;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.TypeConversionException;

/** {@code treenqctl bake}: builds or prints the targets of bake files, as {@code docker buildx bake} does. */
@Command(name = "bake", description = "Builds the targets of bake files (HCL, JSON, Compose), as buildx bake does.")
final class BakeCommand implements Callable<Integer> {
    private static final String STDIN = "-";
    private static final String SOURCE_DATE_EPOCH = "SOURCE_DATE_EPOCH";

    @ParentCommand
    private Treenqctl root;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Parameters(
            paramLabel = "TARGET",
            description = "targets and groups, also as patterns; default: default. The first can be the address of a"
                    + " Git repository or archive with the files, and the second one that of another context")
    private List<String> arguments = List.of();

    @Option(
            names = {"--file", "-f"},
            description = "file with definitions, or - for standard input; several are merged in their order")
    private List<String> files = List.of();

    @Option(names = "--set", description = "override a value of targets, such as web.args.VERSION=1.4 or *.tags+=…")
    private List<String> overrides = List.of();

    @Option(names = "--var", description = "NAME=VALUE of a variable of the files")
    private List<String> variables = List.of();

    @Option(
            names = "--allow",
            description = "what the files may ask for: network.host, security.insecure, device, ssh, fs.read=PATH,"
                    + " fs.write=PATH, fs=PATH or buildx.local.delete")
    private List<String> allowed = List.of();

    @Option(
            names = {"--jobs", "-j"},
            description = "how many targets are built at a time, such as 4 or fail-fast,parallel=4; default: "
                    + BakeRun.MOST_AT_ONCE)
    private String jobs;

    @Option(names = "--metadata-file", description = "file to write the metadata of the results to, as JSON")
    private Path metadataFile;

    @Option(
            names = "--registry-auth-tlscontext",
            description = "TLS settings for requesting tokens of a registry, as"
                    + " host=HOST[,insecure=true][,ca=FILE][,cert=FILE,key=FILE]")
    private List<String> registryTls = List.of();

    @Mixin
    private BuildReport report;

    @Mixin
    private SharedKeyOption sharedKey;

    @Mixin
    private Repetition repetition;

    @Option(names = "--print", description = "print the targets as JSON instead of building them")
    private boolean print;

    @Option(
            names = "--list",
            description =
                    "list targets or variables instead of building, such as targets or" + " type=variables,format=json")
    private String list;

    @Option(names = "--push", description = "short for --set=*.push=true")
    private boolean push;

    @Option(names = "--load", description = "short for --set=*.load=true, which needs dest=FILE in an output")
    private boolean load;

    @Option(names = "--no-cache", description = "short for --set=*.no-cache=true")
    private boolean noCache;

    @Option(names = "--pull", description = "short for --set=*.pull=true")
    private boolean pull;

    @Option(
            names = "--call",
            description = "short for --set=*.call=…: check, outline or targets; with format=json or ignorestatus=true")
    private String call;

    @Option(names = "--check", description = "short for --call=check")
    private boolean check;

    @Option(names = "--sbom", description = "short for --set=*.attest=type=sbom,…")
    private String sbom;

    @Option(names = "--provenance", description = "short for --set=*.attest=type=provenance,…")
    private String provenance;

    private BakeArguments named;

    /** The definition that the daemon fetches; null for files of this machine. */
    private RemoteDefinition remote;

    /** The bake whose files have been read and that has not been built. */
    private final AtomicReference<BakeBuild> first = new AtomicReference<>();

    /** The highest exit code of the calls of targets. */
    private final AtomicInteger exit = new AtomicInteger(CommandLine.ExitCode.OK);

    @Override
    public Integer call() throws BuildkitException, TargetFailedException, InterruptedException, IOException {
        named = BakeArguments.of(arguments);
        remote = named.address() == null
                ? null
                : new RemoteDefinition(named.address(), root.environment(), root.workingFolder());
        if (print && list != null) {
            throw new TypeConversionException("--print and --list cannot be used together");
        }
        if (call != null && check) {
            throw new TypeConversionException("--call and --check cannot be used together");
        }
        if (list != null) {
            print(BakeList.of(list).text(BakeConfig.read(request())));
            return CommandLine.ExitCode.OK;
        }
        if (print) {
            print(BakeJson.print(definition()));
            return CommandLine.ExitCode.OK;
        }
        return build();
    }

    private BakeDefinition definition() throws BuildkitException, InterruptedException, IOException {
        BakeDefinition definition = BakeDefinition.read(request());
        // As with buildx, --print shows it, too.
        root.environment()
                .text(SOURCE_DATE_EPOCH)
                .filter(epoch -> !epoch.isEmpty())
                .ifPresent(epoch -> definition.addArgument(SOURCE_DATE_EPOCH, epoch));
        return definition;
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(text);
        out.flush();
    }

    private int build() throws BuildkitException, TargetFailedException, InterruptedException, IOException {
        int mostAtOnce = BakeJobs.mostAtOnce(jobs);
        AtomicFile.requireFolder("--metadata-file", metadataFile, List.of());
        // The first build's files are read before the connection is made, so that their errors need no daemon.
        BakeBuild bake = prepared();
        warn(bake.withoutOutput());
        first.set(bake);
        if (!repetition.isParallel()) {
            report.drawOn(root.terminal());
        }
        if (repetition.reconnects()) {
            repetition.of(() -> connectAndBuild(mostAtOnce));
        } else {
            try (BuildkitClient client = root.connect()) {
                repetition.of(() -> build(client, mostAtOnce));
            }
        }
        return exit.get();
    }

    private Duration connectAndBuild(int mostAtOnce)
            throws BuildkitException, TargetFailedException, InterruptedException, IOException {
        Instant start = Instant.now();
        try (BuildkitClient client = root.daemon().connectForBuild()) {
            build(client, mostAtOnce);
        }
        return Duration.between(start, Instant.now());
    }

    private Duration build(BuildkitClient client, int mostAtOnce)
            throws BuildkitException, TargetFailedException, InterruptedException, IOException {
        Instant start = Instant.now();
        BakeBuild read = first.getAndSet(null);
        BakeBuild bake = read == null ? prepared() : read;
        try (BakeRun run = bake.open(client, sharedKey.read(), mostAtOnce)) {
            SortedMap<String, BuildResult> results = report.of(listener -> bake.build(run, listener));
            if (metadataFile != null) {
                AtomicFile.write(metadataFile, MetadataFile.json(BakeBuild.metadata(results)));
            }
            exit.accumulateAndGet(bake.ask(run, callForAll()), Math::max);
        }
        return Duration.between(start, Instant.now());
    }

    /** Reads the definition, and finds the files and secrets of the targets. */
    private BakeBuild prepared() throws BuildkitException, InterruptedException, IOException {
        EnvironmentVariables environment = root.environment();
        BakeBuild bake = new BakeBuild(
                definition(),
                environment,
                root.workingFolder(),
                remote,
                spec.commandLine().getOut());
        bake.require(BakeEntitlements.of(allowed));
        bake.prepare(
                DockerConfig.read(
                        environment.texts(),
                        RegistryTlsOptions.read(registryTls),
                        spec.commandLine().getErr()::println),
                sharedKey.read());
        return bake;
    }

    private void warn(List<String> withoutOutput) {
        if (!withoutOutput.isEmpty()) {
            spec.commandLine()
                    .getErr()
                    .println("WARNING: no output is specified for " + String.join(", ", withoutOutput)
                            + ", so that the results stay in the daemon's cache; use --push to push the images");
        }
    }

    private BakeRequest request() throws BuildkitException, InterruptedException, IOException {
        EnvironmentVariables environment = root.environment();
        List<String> given = files.isEmpty() ? filesOfEnvironment(environment) : files;
        RemoteBakeFiles.Definition definition =
                remote == null ? new RemoteBakeFiles.Definition(files(given), null) : remoteFiles(remote, given);
        UnaryOperator<String> reader = reader(BakeEntitlements.of(allowed));
        Map<String, String> builtIns = new LinkedHashMap<>(BakeFiles.builtIns());
        builtIns.put("BAKE_CMD_CONTEXT", named.context());
        return new BakeRequest(
                definition.files(),
                named.targets(),
                overrides(),
                variables(),
                builtIns,
                name -> environment.text(name).orElse(null),
                Objects.requireNonNullElse(reader.apply(".env"), ""),
                reader,
                definition.source());
    }

    /** Returns the files of a remote definition, and those of the working folder that come after them. */
    private RemoteBakeFiles.Definition remoteFiles(RemoteDefinition remote, List<String> given)
            throws BuildkitException, InterruptedException, IOException {
        RemoteBakeFiles.Definition fetched;
        try (BuildkitClient client = root.connect()) {
            fetched = remote.read(client, BakeFiles.remoteNames(given), sharedKey.read());
        }
        List<BakeFile> all = new ArrayList<>(fetched.files());
        List<String> own = BakeFiles.ownNames(given);
        if (!own.isEmpty()) {
            all.addAll(files(own));
        }
        if (all.isEmpty()) {
            throw new TypeConversionException("there is no bake file in the remote definition; name one with --file");
        }
        return new RemoteBakeFiles.Definition(all, fetched.source());
    }

    /**
     * Returns what reads the files that Compose files name. What a local definition reads is only printed by
     * {@code --print} and {@code --list}, as with buildx.
     */
    private UnaryOperator<String> reader(BakeEntitlements entitlements) {
        boolean onlyPrinted = remote == null && (print || list != null);
        return path -> {
            Path file = root.workingFolder().resolve(path);
            try {
                if (!Files.isRegularFile(file)) {
                    return null;
                }
                if (!onlyPrinted) {
                    entitlements.requireReadable(path, root.workingFolder().toAbsolutePath());
                }
                return OptionFile.text(file);
            } catch (BuildkitException.InvalidRequestException e) {
                throw new TypeConversionException(e.getMessage());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private List<BakeFile> files(List<String> given) throws IOException {
        List<BakeFile> read = new ArrayList<>();
        for (String name : given.isEmpty() ? BakeFiles.DEFAULT_NAMES : given) {
            Path path = Path.of(BakePaths.inWorkingFolder(name).orElse(name));
            Path file = root.workingFolder().resolve(path);
            if (name.equals(STDIN)) {
                read.add(new BakeFile(STDIN, StandardInput.text()));
            } else if (!given.isEmpty() || Files.exists(file)) {
                read.add(new BakeFile(path.toString(), OptionFile.text(file)));
            }
        }
        if (read.isEmpty()) {
            throw new TypeConversionException("there is no bake file here; name one with --file");
        }
        return read;
    }

    /** Returns the files that the environment names, as buildx has it. */
    private static List<String> filesOfEnvironment(EnvironmentVariables environment) {
        String separator = environment
                .text("BUILDX_BAKE_PATH_SEPARATOR")
                .filter(text -> !text.isEmpty())
                .orElse(File.pathSeparator);
        return environment
                .text("BUILDX_BAKE_FILE")
                .map(names -> Stream.of(names.split(Pattern.quote(separator), -1))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList())
                .orElse(List.of());
    }

    private List<String> overrides() {
        List<String> all = new ArrayList<>(overrides);
        flag(all, push, "*.push=true");
        flag(all, load, "*.load=true");
        String calls = callForAll().name();
        flag(all, !calls.isEmpty(), "*.call=" + calls);
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

    private BakeCall callForAll() {
        return BakeCall.parse(check ? BakeCall.LINT : call == null ? "" : call);
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
