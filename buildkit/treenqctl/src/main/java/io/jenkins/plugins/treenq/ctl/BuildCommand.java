// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildResult;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.SourcePolicy;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import io.jenkins.plugins.treenq.buildkit.client.MetadataFile;
import io.jenkins.plugins.treenq.buildkit.client.OutputPaths;
import io.jenkins.plugins.treenq.buildkit.client.TargetFailedException;
import io.jenkins.plugins.treenq.buildkit.progress.LineAssembler;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.buildkit.vcs.VcsOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.TypeConversionException;

/** {@code treenqctl build}: builds once, or repeats the same build. */
@Command(
        name = "build",
        aliases = "b",
        description = "Builds with a frontend, such as dockerfile.v0, or builds an LLB definition from standard input.")
final class BuildCommand implements Callable<Integer> {
    /** The frontend option for a subrequest, which the frontend answers instead of building. */
    private static final String QUESTION = "requestid";

    /** The entitlements in {@code util/entitlements/entitlements.go}. */
    private static final Pattern ENTITLEMENT = Pattern.compile("network\\.host|security\\.insecure|device(=.*)?");

    @ParentCommand
    private Treenqctl root;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--frontend",
            description = "frontend, such as dockerfile.v0; default: read an LLB definition from standard input")
    private String frontend = "";

    @Option(names = "--local", description = "NAME=FOLDER of a build context that the daemon may read")
    private List<String> locals = List.of();

    @Option(names = "--oci-layout", description = "NAME=FOLDER of an OCI layout that the daemon may read")
    private List<String> ociLayouts = List.of();

    @Option(names = "--opt", description = "option of the frontend, as KEY=VALUE")
    private List<String> options = List.of();

    @Option(
            names = {"--output", "-o"},
            description = "exporter, such as type=image,name=registry.example.com/app,push=true or type=local,dest=…")
    private List<String> outputs = List.of();

    @Option(names = "--secret", description = "secret for the build, as id=NAME,src=FILE or id=NAME,env=VARIABLE")
    private List<String> secrets = List.of();

    @Option(
            names = "--ssh",
            description = "SSH agent or keys for the build, as default, ID[=SOCKET[,raw=true]] or ID=KEY[,KEY]")
    private List<String> ssh = List.of();

    @Option(
            names = "--registry-auth-tlscontext",
            description = "TLS settings for requesting tokens of a registry, as"
                    + " host=HOST[,insecure=true][,ca=FILE][,cert=FILE,key=FILE]")
    private List<String> registryTls = List.of();

    @Option(names = "--import-cache", description = "cache to import, such as type=registry,ref=… or type=local,src=…")
    private List<String> cacheImports = List.of();

    @Option(
            names = "--export-cache",
            description = "cache to export, such as type=registry,ref=…,mode=max or type=local,dest=…")
    private List<String> cacheExports = List.of();

    @Option(names = "--allow", description = "entitlement for the build, such as network.host")
    private List<String> entitlements = List.of();

    @Option(names = "--no-cache", description = "do not use the cache")
    private boolean noCache;

    @Option(names = "--source-policy-file", description = "JSON file with the source policy of the build")
    private Path sourcePolicyFile;

    @Option(names = "--proxy-network", description = "restrict the network access of build steps to the daemon's proxy")
    private boolean proxyNetwork;

    @Mixin
    private BuildReport report;

    @Option(names = "--metadata-file", description = "file to write the metadata of the build result to, as JSON")
    private Path metadataFile;

    @Option(names = "--ref-file", description = "file to write the ID of the build in the daemon to")
    private Path refFile;

    @Option(
            names = "--vcs",
            description = "add the commit and remote of the Git repository that contains --local context=… to the"
                    + " provenance")
    private boolean vcs;

    @Mixin
    private SharedKeyOption sharedKey;

    @Mixin
    private Repetition repetition;

    @Override
    public Integer call() throws BuildkitException, TargetFailedException, InterruptedException, IOException {
        CacheOptions cache =
                CacheOptions.read(cacheImports, cacheExports, root.environment().texts());
        OutputOptions output = OutputOptions.read(outputs, () -> Terminal.is(1));
        OutputPaths places = new OutputPaths();
        for (Path place : output.places().values()) {
            places.addOutput(place.toString(), place);
        }
        cache.addTo(places);
        List<Path> made = output.folders();
        AtomicFile.requireFolder("--metadata-file", metadataFile, made);
        AtomicFile.requireFolder("--ref-file", refFile, List.of());
        output.requireFolders();
        metadataFile = metadataFile == null ? null : AtomicFile.resolved(metadataFile);
        Map<String, LocalSource> sources = localSources();
        SessionContent content = content(sources, cache, output);
        if (!repetition.isParallel()) {
            report.drawOn(root.terminal());
        }
        BuildRequest.Builder builder = request(sources, cache, output);
        if (repetition.reconnects()) {
            repetition.of(() -> connectAndBuild(builder, content));
        } else {
            try (BuildkitClient client = root.connect()) {
                repetition.of(() -> build(client, builder, content));
            }
        }
        return CommandLine.ExitCode.OK;
    }

    private Duration connectAndBuild(BuildRequest.Builder builder, SessionContent content)
            throws BuildkitException, InterruptedException, IOException {
        Instant start = Instant.now();
        try (BuildkitClient client = root.daemon().connectForBuild()) {
            build(client, builder, content);
        }
        return Duration.between(start, Instant.now());
    }

    private Duration build(BuildkitClient client, BuildRequest.Builder builder, SessionContent content)
            throws BuildkitException, InterruptedException, IOException {
        BuildRequest request = named(builder);
        if (refFile != null) {
            AtomicFile.write(refFile, request.ref());
        }
        if (request.options().containsKey(QUESTION)) {
            ask(client, request, content);
            return Duration.ZERO;
        }
        BuildResult result = report.of(listener -> client.build(request, content, listener));
        // As with buildctl, no file is written if the exporters returned no metadata.
        if (metadataFile != null && !result.metadata().isEmpty()) {
            AtomicFile.writeResolved(metadataFile, MetadataFile.json(result.metadata()));
        }
        return result.duration();
    }

    private static synchronized BuildRequest named(BuildRequest.Builder builder) {
        return builder.ref(BuildRequest.newRef()).build();
    }

    private SessionContent content(Map<String, LocalSource> sources, CacheOptions cache, OutputOptions output)
            throws IOException {
        Map<String, String> environment = root.environment().texts();
        Map<String, Path> layouts = LayoutOptions.read(ociLayouts);
        layouts.putAll(cache.folders());
        return new SessionContent(
                sources,
                DockerConfig.read(
                        environment,
                        RegistryTlsOptions.read(registryTls),
                        spec.commandLine().getErr()::println),
                SecretOptions.read(secrets, root.environment(), root.workingFolder()),
                SshOptions.read(ssh, environment, root.workingFolder()),
                output.outputs(),
                layouts,
                Map.of(),
                sharedKey.read());
    }

    /** Sends a subrequest to the frontend and prints its result without control characters. */
    private void ask(BuildkitClient client, BuildRequest request, SessionContent content)
            throws BuildkitException, InterruptedException, IOException {
        Map<String, String> answer = report.of(listener -> client.frontendAnswer(request, content, listener));
        PrintWriter out = spec.commandLine().getOut();
        String text = answer.get("result.txt");
        if (text != null) {
            out.print(LineAssembler.plainText(text));
        } else {
            answer.forEach((part, value) -> {
                if (part.startsWith("result.")) {
                    out.println(LineAssembler.plainLine(part) + "\n" + LineAssembler.plainText(value));
                }
            });
        }
        out.flush();
    }

    private BuildRequest.Builder request(Map<String, LocalSource> sources, CacheOptions cache, OutputOptions output)
            throws BuildkitException, IOException {
        BuildRequest.Builder request = BuildRequest.builder()
                .frontend(frontend)
                .options(vcs ? vcsOptions(sources) : Map.of())
                .options(FrontendOptions.read(options, root.environment()))
                .entitlements(
                        entitlements.stream().map(BuildCommand::entitlement).toList())
                .proxyNetwork(proxyNetwork)
                .exports(output.exports())
                .cacheImports(cache.imports())
                .cacheExports(cache.exports());
        if (sourcePolicyFile != null) {
            request.sourcePolicy(SourcePolicy.parse(OptionFile.text(sourcePolicyFile)));
        }
        if (noCache) {
            request.option("no-cache", "");
        }
        return frontend.isEmpty() ? request.definition(StandardInput.definition()) : request;
    }

    private static Map<String, String> vcsOptions(Map<String, LocalSource> sources) throws IOException {
        if (!(sources.get("context") instanceof LocalSource.Folder context)) {
            throw new TypeConversionException("--vcs needs --local context=FOLDER");
        }
        return VcsOptions.of(context.path(), context.path().toRealPath().getRoot(), sources);
    }

    private static String entitlement(String text) {
        if (!ENTITLEMENT.matcher(text).matches()) {
            throw new TypeConversionException("unknown entitlement " + text);
        }
        return text;
    }

    private Map<String, LocalSource> localSources() {
        Map<String, LocalSource> sources = new HashMap<>();
        for (String local : locals) {
            Map.Entry<String, String> pair = KeyValues.pair(local);
            Path folder = Path.of(pair.getValue());
            if (!Files.isDirectory(folder)) {
                throw new TypeConversionException("--local " + local + ": there is no such folder");
            }
            sources.put(pair.getKey(), new LocalSource.Folder(folder));
        }
        return sources;
    }
}
