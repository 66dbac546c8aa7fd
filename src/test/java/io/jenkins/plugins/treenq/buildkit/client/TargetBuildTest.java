// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.bake.TargetEntries;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The conversion of targets of bake files to builds. */
class TargetBuildTest {
    private static TargetBuild target(String attributes) throws Exception {
        return Bakes.builds("target \"default\" {\n" + attributes + "\n}\n").get("default");
    }

    private static Map<String, String> options(String attributes) throws Exception {
        return new TreeMap<>(target(attributes).build().request().options());
    }

    private static void assertRefused(String part, String attributes) {
        BuildkitException failure =
                assertThrows(BuildkitException.InvalidRequestException.class, () -> target(attributes));
        assertTrue(failure.getMessage().startsWith("target default: "), failure::getMessage);
        assertTrue(failure.getMessage().contains(part), failure::getMessage);
    }

    @Test
    void longNamesAreRefusedWithoutAStackOverflow() {
        assertRefused("longer than 255", "tags = [\"a" + ".a".repeat(100_000) + "\"]");
        assertRefused("longer than 255", "tags = [\"A" + ".a".repeat(100_000) + "/b\"]");
    }

    @Test
    void allAttributesBecomeOptionsOfTheFrontend() throws Exception {
        assertEquals(
                new TreeMap<>(Map.ofEntries(
                        Map.entry("target", "app"),
                        Map.entry("build-arg:VERSION", "1"),
                        Map.entry("label:org.example", "x"),
                        Map.entry("platform", "linux/amd64,linux/arm64"),
                        Map.entry("image-resolve-mode", "pull"),
                        Map.entry("no-cache", "deps,test"),
                        Map.entry("force-network-mode", "host"),
                        Map.entry("add-hosts", "a=10.0.0.1,a=10.0.0.2,b=::1"),
                        Map.entry("ulimit", "nofile=1024:2048"),
                        Map.entry("shm-size", "67108864"),
                        Map.entry("memory", "1073741824"),
                        Map.entry("memswap", "-1"),
                        Map.entry("cpushares", "512"),
                        Map.entry("cpusetcpus", "0-1"),
                        Map.entry("attest:sbom", "type=sbom,generator=example.com/scanner"),
                        Map.entry("attest:provenance", "type=provenance,mode=max"))),
                options("""
                        target = "app"
                        args = { VERSION = "1", NONE = null }
                        labels = { "org.example" = "x" }
                        platforms = ["linux/amd64", "arm64"]
                        pull = true
                        no-cache-filter = ["deps", "test"]
                        network = "host"
                        extra-hosts = { a = "10.0.0.1,10.0.0.2", b = "[::1]" }
                        ulimits = ["nofile=1024:2048"]
                        shm-size = "64m"
                        resources = { memory = "1g", memory-swap = "-1", cpu-shares = 512, cpuset-cpus = "0-1" }
                        attest = [
                          { type = "sbom", generator = "example.com/scanner" },
                          "type=provenance,mode=max",
                        ]
                        """));
        assertEquals("", options("no-cache = true\nno-cache-filter = [\"a\"]").get("no-cache"));
        assertEquals(
                List.of("network.host", "security.insecure"),
                target("network = \"host\"\nentitlements = [\"security.insecure\"]")
                        .build()
                        .request()
                        .entitlements()
                        .stream()
                        .sorted()
                        .toList());
        assertEquals(Map.of(), options("network = \"default\"\nplatforms = [\"local\"]"));
        assertEquals(
                Map.of("platform", "linux/amd64,linux/arm64,linux/arm/v7"),
                options("platforms = [\"linux/amd64,arm64\", \"linux/arm/v7\"]"));
        String here = BakeFiles.builtIns().get("BAKE_LOCAL_PLATFORM");
        assertEquals(Map.of("platform", "linux/s390x," + here), options("platforms = [\"s390x\", \"local\"]"));
        assertEquals(Map.of("platform", here), options("platforms = [\"" + here + "\", \"local\"]"));
    }

    @Test
    void defaultsApplyToTargetsWithoutValuesOfTheirOwn() throws Exception {
        TargetBuild.Defaults defaults = new TargetBuild.Defaults("1700000000", "mode=min,inline-only=true");
        Map<String, TargetBuild> targets = TargetBuild.all(Bakes.definition("""
                        group "default" { targets = ["a", "b"] }
                        target "a" {}
                        target "b" {
                          args = { SOURCE_DATE_EPOCH = "1" }
                          attest = ["type=provenance,disabled=true"]
                        }
                        """), defaults);
        assertEquals(
                Map.of(
                        "build-arg:SOURCE_DATE_EPOCH", "1700000000",
                        "attest:provenance", "mode=min,inline-only=true"),
                targets.get("a").build().request().options());
        assertEquals(
                Map.of("build-arg:SOURCE_DATE_EPOCH", "1"),
                targets.get("b").build().request().options());
    }

    @Test
    void outputsBecomeExporters() throws Exception {
        DockerfileBuild pushed = target("""
                tags = ["example.com/app:1", "example.com/app:2"]
                annotations = ["index:key=a=b", "other=c"]
                output = [
                  "type=registry,compression=zstd,name=ignored",
                  "type=oci,dest=out/app.tar,name=ignored",
                  "out/files",
                ]
                """).build();
        assertEquals(
                List.of(
                        new Export(
                                "oci",
                                Map.of(
                                        "annotation-index.key", "a=b",
                                        "annotation.other", "c",
                                        "name", "example.com/app:1,example.com/app:2")),
                        new Export("local", Map.of()),
                        new Export(
                                "image",
                                Map.of(
                                        "annotation-index.key", "a=b",
                                        "annotation.other", "c",
                                        "compression", "zstd",
                                        "unpack", "false",
                                        "push", "true",
                                        "name", "example.com/app:1,example.com/app:2"))),
                pushed.request().exports());
        assertEquals(
                List.of("out/app.tar", "out/files"),
                pushed.destinations().stream().map(FileOutput::path).toList());
        assertTrue(pushed.isPushed());

        // As with buildx, tags alone are no output.
        assertEquals(
                List.of(),
                target("tags = [\"example.com/app\"]").build().request().exports());
        assertEquals(
                List.of(),
                target("output = [\"type=cacheonly\"]").build().request().exports());
        assertEquals(
                List.of(new Export("image", Map.of("push", "false"))),
                target("output = [\"type=image\"]").build().request().exports());
        DockerfileBuild named = target("output = [\"type=image,name=example.com/app,push=true\"]")
                .build();
        assertEquals(List.of("example.com/app:latest"), named.pushedTags());
        DockerfileBuild byDigest = target(
                        "output = [\"type=image,name=example.com/app,push=true,push-by-digest=true\"]")
                .build();
        assertEquals(List.of("example.com/app"), byDigest.names());

        assertRefused("type=docker needs dest=FILE", "output = [\"type=docker\"]");
        assertRefused("needs dest=PATH", "output = [\"type=oci\"]");
        assertRefused("needs a tag", "output = [\"type=registry\"]");
        assertRefused("only one output", "tags = [\"a\"]\noutput = [\"type=image\", \"type=registry\"]");
        assertRefused("'nonsense' is not an output type", "output = [\"type=nonsense,dest=a\"]");
    }

    @Test
    void cachesSecretsAndSshAreReadFromTheFile() throws Exception {
        TargetBuild target = target("""
                args = { BUILDKIT_INLINE_CACHE = "1" }
                cache-from = ["example.com/cache", "type=s3,bucket=b,secret_access_key=s"]
                cache-to = ["type=local,dest=cache,mode=max"]
                secret = ["id=npm,env=NPM_TOKEN", "type=file,id=key,src=key.txt", { id = "plain" }]
                ssh = ["default", "key=id_rsa"]
                description = "the app"
                call = "check,format=json"
                """);
        BuildRequest request = target.build().request();
        assertEquals(
                List.of(
                        new CacheEntry("registry", Map.of("ref", "example.com/cache")),
                        new CacheEntry("s3", Map.of("bucket", "b", "secret_access_key", "s"))),
                request.cacheImports());
        assertEquals(
                List.of(
                        new CacheEntry("local", Map.of("dest", "cache", "mode", "max")),
                        new CacheEntry("inline", Map.of())),
                request.cacheExports());
        // The record of the build would contain the credentials.
        assertTrue(!request.recorded());
        assertEquals(
                List.of(
                        new TargetEntries.Secret("npm", "", "NPM_TOKEN"),
                        new TargetEntries.Secret("key", "key.txt", ""),
                        new TargetEntries.Secret("plain", "", "")),
                target.secrets());
        assertEquals(
                List.of(new TargetEntries.Ssh("default", List.of()), new TargetEntries.Ssh("key", List.of("id_rsa"))),
                target.ssh());
        assertEquals("the app", target.description());
        assertEquals("frontend.lint", target.subrequest());
        assertEquals("", target("call = \"build\"").subrequest());
        assertEquals("frontend.outline", target("call = \"outline\"").subrequest());
    }

    @Test
    void pathsAreRelativeToTheWorkingFolder() throws Exception {
        SourceLocations sources = target("""
                context = "cwd://services/web/"
                dockerfile = "docker/Dockerfile"
                contexts = {
                  files = "cwd://files/../other"
                  image = "docker-image://alpine"
                  base = "target:base"
                }
                }
                target "base" {
                """).build().sources();
        assertEquals("services/web", sources.context());
        assertEquals("docker/Dockerfile", sources.dockerfile());
        assertEquals(
                Map.of("files", "other", "image", "docker-image://alpine", "base", "target:base"), sources.contexts());
        assertEquals(
                "../../docker/Dockerfile",
                target("context = \"services/web\"\ndockerfile = \"cwd://docker/Dockerfile\"")
                        .build()
                        .sources()
                        .dockerfile());
        assertEquals(
                "docker/Dockerfile",
                target("dockerfile = \"cwd://docker/Dockerfile\"")
                        .build()
                        .sources()
                        .dockerfile());
        assertEquals(
                "FROM scratch\n",
                target("dockerfile-inline = \"FROM scratch\\n\"")
                        .build()
                        .sources()
                        .dockerfileText());
        SourceLocations remote = target(
                        "context = \"https://example.com/a.git\"\ndockerfile = \"cwd://docker/Dockerfile\"")
                .build()
                .sources();
        assertEquals("docker/Dockerfile", remote.dockerfileOfClient());
        assertEquals(
                "https://github.com/a/b#main",
                target("context = \"github.com/a/b#main\"").build().sources().context());
        assertRefused(
                "needs a context in the working folder", "context = \"/other\"\ndockerfile = \"cwd://Dockerfile\"");
    }

    @Test
    void contextsOfOtherTargetsBecomeLinks() throws Exception {
        Map<String, TargetBuild> targets = Bakes.builds("""
                target "default" { contexts = { lower = "target:base" } }
                target "base" { output = ["type=registry"] }
                """);
        assertEquals(Map.of("lower", "base"), targets.get("default").links());
        assertTrue(targets.get("base").linked());
        assertEquals(List.of(), targets.get("base").build().request().exports());
        BuildkitException failure =
                assertThrows(BuildkitException.InvalidRequestException.class, () -> Bakes.builds("""
                target "default" { contexts = { lower = "target:base" } }
                target "base" { call = "check" }
                """));
        assertTrue(failure.getMessage().contains("which has a call"), failure::getMessage);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "windows(10.0.17763)/amd64",
                "windows(10.0.17763+win32k)/amd64",
                "windows(+win32k+a%20b)/amd64",
                "windows()/amd64",
                "linux/arm/v7"
            })
    void aPlatformCanHaveTheVersionOfItsOperatingSystem(String platform) throws Exception {
        assertEquals(
                platform,
                target("platforms = [\"" + platform + "\"]")
                        .build()
                        .request()
                        .options()
                        .get("platform"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "windows(10/amd64",
                "windows10)/amd64",
                "windows(1)(2)/amd64",
                "windows(10 0)/amd64",
                "windows(10++a)/amd64",
                "windows/amd64(10)",
                "(10)/amd64",
                "linux/amd64/v2/more"
            })
    void aMalformedPlatformIsRefused(String platform) {
        assertRefused("'" + platform + "' is not a platform", "platforms = [\"" + platform + "\"]");
    }

    @Test
    void unsupportedAndInvalidAttributesAreRefused() {
        assertRefused("policy is not supported", "policy = [\"filename=policy.rego\"]");
        assertRefused("network 'shop'", "network = \"shop\"");
        assertRefused("'linux' is not a platform", "platforms = [\"linux\"]");
        assertRefused("'' is not a platform", "platforms = [\"linux/amd64,\"]");
        assertRefused("has no value", "annotations = [\"key\"]");
        assertRefused("is not a size", "shm-size = \"big\"");
        assertRefused("is not an image name", "tags = [\"Not A Name\"]\noutput = [\"type=image\"]");
    }
}
