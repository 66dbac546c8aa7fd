// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.bake.BakeCall;
import io.jenkins.plugins.treenq.buildkit.bake.BakeException;
import io.jenkins.plugins.treenq.buildkit.bake.BakePaths;
import io.jenkins.plugins.treenq.buildkit.bake.BakeTarget;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries;
import io.jenkins.plugins.treenq.buildkit.hcl.GoPaths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Converts a target of a bake file to a build, as buildx does ({@code toBuildOpt} in {@code bake/bake.go},
 * {@code toSolveOpt} and {@code CreateExports} in {@code build/opt.go}).
 */
final class TargetConversion {
    private static final String EPOCH = "SOURCE_DATE_EPOCH";
    private static final String INLINE_CACHE = "BUILDKIT_INLINE_CACHE";
    private static final String PROVENANCE = "provenance";
    private static final String LOCAL = "local";

    /** The frontend's options of the limits of resources ({@code addResourceLimits} in {@code build/utils.go}). */
    private static final Map<String, String> RESOURCES = Map.of(
            "memory", "memory",
            "memory-swap", "memswap",
            "cpu-shares", "cpushares",
            "cpu-period", "cpuperiod",
            "cpu-quota", "cpuquota",
            "cpuset-cpus", "cpusetcpus",
            "cpuset-mems", "cpusetmems");

    /** The architectures that platforms name without their operating system. */
    private static final Set<String> ARCHITECTURES = Set.of(
            "386",
            "amd64",
            "arm",
            "arm64",
            "loong64",
            "mips",
            "mips64",
            "mips64le",
            "mipsle",
            "ppc64",
            "ppc64le",
            "riscv64",
            "s390x");

    private final BakeTarget target;
    private final TargetBuild.Defaults defaults;
    private final DockerfileBuild.Builder build = DockerfileBuild.builder();

    TargetConversion(BakeTarget target, TargetBuild.Defaults defaults) {
        this.target = target;
        this.defaults = defaults;
    }

    TargetBuild converted() throws BuildkitException.InvalidRequestException {
        refusePolicy();
        Map<String, String> arguments = new TreeMap<>(target.args());
        if (!defaults.sourceDateEpoch().isEmpty()) {
            arguments.putIfAbsent(EPOCH, defaults.sourceDateEpoch());
        }
        if (target.context().isEmpty()) {
            // buildx has the same restriction, also for the folders of an archive.
            throw new BuildkitException.InvalidRequestException(
                    "a target of a definition in an archive has no context; set context to an address or to"
                            + " cwd://PATH");
        }
        Map<String, String> contexts = target.resolvedContexts();
        contexts.replaceAll((name, value) -> address(value));
        build.context(address(target.context()))
                .dockerfile(dockerfile())
                .dockerfileText(target.dockerfileInline() == null ? "" : target.dockerfileInline())
                .contexts(contexts)
                .target(target.target())
                .buildArgs(arguments)
                .labels(target.labels())
                .annotations(annotations())
                .platforms(platforms())
                .pull(target.pull())
                .noCacheStages(target.noCacheFilter())
                .noCache(target.noCache())
                .network(network())
                .addHosts(target.extraHosts())
                .ulimits(target.ulimits())
                .shmSize(target.shmSize())
                .frontendOptions(resources())
                .entitlements(target.entitlements());
        attestations();
        outputs();
        List<CacheEntry> exports = new ArrayList<>(caches(target.cacheTo()));
        if (GoBooleans.parse(arguments.getOrDefault(INLINE_CACHE, "")).orElse(false)) {
            exports.add(new CacheEntry("inline", Map.of()));
        }
        return new TargetBuild(
                target.name(),
                target.description(),
                build.build().withCache(caches(target.cacheFrom()), exports),
                target.linked(),
                subrequest(),
                target.secrets(),
                target.ssh());
    }

    private void refusePolicy() throws BuildkitException.InvalidRequestException {
        if (target.policy().stream().anyMatch(policy -> !policy.disabled())) {
            throw new BuildkitException.InvalidRequestException(
                    "policy is not supported, because its language is not; use a source policy of the build");
        }
    }

    /** Returns a context as the frontend knows it, which has no short form of the addresses of GitHub. */
    private static String address(String context) {
        return context.startsWith("github.com/") ? "https://" + context : context;
    }

    /** Returns the path of the Dockerfile, which is relative to the context. */
    private String dockerfile() throws BuildkitException.InvalidRequestException {
        String dockerfile = target.dockerfile();
        if (BakePaths.inWorkingFolder(dockerfile).isEmpty()) {
            return GoPaths.clean(dockerfile);
        }
        String path = BakePaths.local(dockerfile);
        String context = target.context();
        if (BakePaths.isRemote(context)) {
            return BakePaths.WORKING_FOLDER + path;
        }
        if (context.equals(".") || path.startsWith("/")) {
            return path;
        }
        if (context.startsWith("/") || context.startsWith("..")) {
            throw new BuildkitException.InvalidRequestException(
                    "dockerfile '" + dockerfile + "' needs a context in the working folder, not '" + context + "'");
        }
        return "../".repeat(context.split("/").length) + path;
    }

    private Map<String, String> annotations() throws BuildkitException.InvalidRequestException {
        Map<String, String> annotations = new LinkedHashMap<>();
        for (String annotation : target.annotations()) {
            String[] pair = annotation.split("=", 2);
            if (pair.length < 2) {
                throw new BuildkitException.InvalidRequestException(
                        "annotation '" + annotation + "' has no value; write KEY=VALUE");
            }
            annotations.put(pair[0], pair[1]);
        }
        return annotations;
    }

    /**
     * Returns the platforms, of which one text may name several, and which may be architectures only. Without
     * platforms, or for {@code local} alone, it is the daemon's own. Beside others, {@code local} is the platform of
     * this machine.
     */
    private List<String> platforms() {
        List<String> platforms = target.platforms().stream()
                .flatMap(platform -> Stream.of(platform.split(",", -1)))
                .toList();
        return platforms.stream().allMatch(LOCAL::equalsIgnoreCase)
                ? List.of()
                : platforms.stream().map(TargetConversion::platform).distinct().toList();
    }

    private static String platform(String platform) {
        return LOCAL.equalsIgnoreCase(platform)
                ? BakeFiles.builtIns().get("BAKE_LOCAL_PLATFORM")
                : ARCHITECTURES.contains(platform) ? "linux/" + platform : platform;
    }

    private String network() throws BuildkitException.InvalidRequestException {
        return switch (target.network()) {
            case "", "default" -> "";
            case "none", "host" -> target.network();
            default ->
                throw new BuildkitException.InvalidRequestException(
                        "network '" + target.network() + "' is not one of default, none and host");
        };
    }

    private Map<String, String> resources() throws BuildkitException.InvalidRequestException {
        Map<String, String> options = new TreeMap<>();
        for (Map.Entry<String, Object> limit : target.resources().entrySet()) {
            String value = limit.getValue().toString();
            if (limit.getKey().startsWith("memory") && !value.equals("-1")) {
                value = Long.toString(ByteSizes.bytes(value, limit.getKey()));
            }
            if (!value.isEmpty() && !value.equals("0")) {
                options.put(RESOURCES.get(limit.getKey()), value);
            }
        }
        return options;
    }

    private void attestations() throws BuildkitException.InvalidRequestException {
        boolean provenance = false;
        for (TargetEntries.Attest attest : target.attest()) {
            provenance |= attest.type().equals(PROVENANCE);
            if (!attest.disabled()) {
                List<String> attributes = new ArrayList<>(List.of("type=" + attest.type()));
                attest.attributes().forEach((key, value) -> attributes.add(csv(key + "=" + value)));
                build.frontendOptions(Map.of("attest:" + attest.type(), String.join(",", attributes)));
            }
        }
        if (!provenance) {
            build.provenance(defaults.provenance());
        }
    }

    private static String csv(String field) {
        return field.matches("[^,\"\\s]*") ? field : '"' + field.replace("\"", "\"\"") + '"';
    }

    private void outputs() throws BuildkitException.InvalidRequestException {
        List<FileOutput> files = new ArrayList<>();
        TargetEntries.Output image = null;
        for (TargetEntries.Output output : target.outputs()) {
            switch (output.type()) {
                case "cacheonly" -> {}
                case "image", "registry" -> {
                    if (image != null) {
                        throw new BuildkitException.InvalidRequestException(
                                "only one output can be of type image or registry");
                    }
                    image = output;
                }
                default -> files.add(file(output));
            }
        }
        build.tags(target.tags()).destinations(files).image(image != null);
        if (image != null) {
            image(image);
        }
    }

    private void image(TargetEntries.Output output) {
        Map<String, String> attributes = new TreeMap<>(output.attributes());
        boolean registry = output.type().equals("registry");
        if (registry) {
            attributes.putIfAbsent("unpack", "false");
        }
        String name = attributes.remove("name");
        if (target.tags().isEmpty() && name != null && !name.isEmpty()) {
            build.tags(List.of(name.split(",")));
        }
        build.push(isTrue(attributes.remove("push")) || registry)
                .pushByDigest(isTrue(attributes.remove("push-by-digest")))
                .imageOptions(attributes);
    }

    private FileOutput file(TargetEntries.Output output) throws BuildkitException.InvalidRequestException {
        if (output.destination().isEmpty() && output.type().equals("docker")) {
            throw new BuildkitException.InvalidRequestException("output type=docker needs dest=FILE: there is no Docker"
                    + " engine to load the image into. Push the image, or write it to a file");
        }
        if (output.destination().isEmpty() || output.destination().equals("-")) {
            throw new BuildkitException.InvalidRequestException("output type=" + output.type() + " needs dest=PATH");
        }
        Map<String, String> attributes = new TreeMap<>(output.attributes());
        if (!target.tags().isEmpty()) {
            attributes.remove("name");
        }
        return new FileOutput(output.type(), output.destination(), attributes);
    }

    private static boolean isTrue(String value) {
        return value != null && GoBooleans.parse(value).orElse(false);
    }

    private static List<CacheEntry> caches(List<TargetEntries.Cache> entries) {
        return entries.stream()
                .map(entry -> new CacheEntry(entry.type(), entry.attributes()))
                .toList();
    }

    /** Returns the subrequest of a call. */
    private String subrequest() throws BuildkitException.InvalidRequestException {
        try {
            String name = BakeCall.parse(target.call()).name();
            return name.isEmpty() ? "" : "frontend." + name;
        } catch (BakeException e) {
            throw new BuildkitException.InvalidRequestException("call: " + e.getMessage(), e);
        }
    }
}
