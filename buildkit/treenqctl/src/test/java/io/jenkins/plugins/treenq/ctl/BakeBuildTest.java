// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.GitRepository;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.buildkit.WebServer;
import io.jenkins.plugins.treenq.buildkit.ssh.SshKeyFormats;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code treenqctl bake} builds, at real daemons, what {@code docker buildx bake} builds. The comparison needs a buildx
 * binary: {@code TREENQ_BUILDX=/path/to/buildx}. Other projects: {@code -Dbake.seed=…}, {@code -Dbake.builds=…}.
 */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
@Timeout(600)
class BakeBuildTest {
    private static final long SEED = Long.getLong("bake.seed", 1);
    private static final int BUILDS = Integer.getInteger("bake.builds", 4);
    private static final int TARGETS = Integer.getInteger("bake.targets", 200);
    private static final int HEAP_MEGABYTES = 64;
    private static final String NO_AGENT = "SSH agent default was not provided to this build";

    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    @TempDir
    Path scratch;

    private void write(String path, String text) throws Exception {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String[] line(String... arguments) {
        return Stream.concat(Stream.of("bake", "--progress=plain"), Stream.of(arguments))
                .toArray(String[]::new);
    }

    private Ctl bake(Map<String, String> environment, String... arguments) {
        return Ctl.treenqctlIn(folder, daemon, scratch, environment, line(arguments));
    }

    /** Bakes in a separate process, to which the working folder and the environment variables really belong. */
    private Ctl bakeInProcess(Map<String, String> environment, String... arguments) throws Exception {
        return Ctl.treenqctlProcessIn(folder, daemon, scratch, environment, line(arguments));
    }

    private void login() throws Exception {
        String auth = daemon.login().username() + ":" + daemon.login().secret();
        Files.writeString(
                scratch.resolve("config.json"),
                "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}"
                        .formatted(
                                daemon.registry(),
                                Base64.getEncoder().encodeToString(auth.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void targetsArePushedAndTheMetadataFileNamesThem() throws Exception {
        login();
        String name = "bake-" + UUID.randomUUID();
        write("docker-bake.hcl", """
                variable "TAG" { default = "none" }
                group "default" { targets = ["web", "db"] }
                target "web" {
                  dockerfile-inline = "FROM busybox\\nRUN echo from-web\\nCOPY --from=data /docker-bake.hcl /\\n"
                  contexts = { data = "target:data" }
                  tags = ["%1$s/%2$s-web:${TAG}"]
                }
                target "db" {
                  dockerfile-inline = "FROM scratch\\nCOPY docker-bake.hcl /\\n"
                  tags = ["%1$s/%2$s-db:${TAG}"]
                }
                target "data" { inherits = ["db"] }
                """.formatted(daemon.registry(), name));
        Ctl run = bakeInProcess(Map.of("TAG", "7"), "--push", "--metadata-file=metadata.json");
        assertEquals(0, run.exit(), run.err());
        JsonObject metadata = JsonParser.parseString(Files.readString(folder.resolve("metadata.json")))
                .getAsJsonObject();
        for (String target : List.of("web", "db")) {
            JsonObject result = metadata.getAsJsonObject(target);
            assertEquals(
                    new Registry(daemon).digest(name + "-" + target, "7").orElseThrow(),
                    result.get("containerimage.digest").getAsString());
            assertEquals(
                    daemon.registry() + "/" + name + "-" + target + ":7",
                    result.get("image.name").getAsString());
            assertTrue(result.get("buildx.build.ref").getAsString().matches("[0-9a-f]{32}"), result::toString);
            // As with buildx, an image has a provenance attestation unless it is switched off.
            assertTrue(isIndex(result), result::toString);
        }
        assertTrue(run.err().contains("[web stage-0 2/3] RUN echo from-web"), run.err());
        Ctl plain = bake(
                Map.of("TAG", "8", "BUILDX_NO_DEFAULT_ATTESTATIONS", "1"),
                "--push",
                "--metadata-file=metadata.json",
                "db");
        assertEquals(0, plain.exit(), plain.err());
        JsonObject alone = JsonParser.parseString(Files.readString(folder.resolve("metadata.json")))
                .getAsJsonObject()
                .getAsJsonObject("db");
        assertFalse(isIndex(alone), alone::toString);
    }

    private static boolean isIndex(JsonObject result) {
        String type = result.getAsJsonObject("containerimage.descriptor")
                .get("mediaType")
                .getAsString();
        return type.contains("index") || type.contains("manifest.list");
    }

    @Test
    void secretsAreFilesOrVariablesAndPrivilegesMustBeAllowed() throws Exception {
        write("token.txt", "from-file");
        write("docker-bake.hcl", """
                target "default" {
                  dockerfile-inline = <<EOT
                FROM busybox AS build
                RUN --mount=type=secret,id=file --mount=type=secret,id=variable \\
                    cat /run/secrets/file /run/secrets/variable > /out
                FROM scratch
                COPY --from=build /out /
                EOT
                  no-cache = true
                  secret = ["id=file,src=token.txt", "id=variable,env=SOME_TOKEN"]
                  output = ["out"]
                }
                target "host" {
                  dockerfile-inline = "FROM scratch\\nCOPY token.txt /\\n"
                  network = "host"
                }
                target "outside" {
                  context = "/etc"
                  dockerfile-inline = "FROM scratch\\nCOPY hostname /\\n"
                }
                """);
        Ctl run = bake(Map.of("SOME_TOKEN", "-and-variable"));
        assertEquals(0, run.exit(), run.err());
        assertEquals("from-file-and-variable", Files.readString(folder.resolve("out/out")));

        Ctl refused = bake(Map.of(), "host", "outside");
        assertNotEquals(0, refused.exit());
        assertTrue(refused.err().contains("To allow it: --allow=fs.read=/etc --allow=network.host"), refused.err());
        Ctl allowed = bake(Map.of(), "--allow=fs.read=/etc", "outside");
        assertEquals(0, allowed.exit(), allowed.err());
        assertTrue(allowed.err().contains("no output is specified for outside"), allowed.err());
        Ctl loaded = bake(Map.of(), "--load", "outside", "--allow=fs=*");
        assertTrue(loaded.err().contains("there is no Docker engine to load the image into"), loaded.err());
    }

    @Test
    void aFailedTargetIsNamedAndACheckPrintsItsWarnings() throws Exception {
        write("docker-bake.hcl", """
                group "default" { targets = ["good", "bad"] }
                target "good" { dockerfile-inline = "FROM scratch\\nCOPY docker-bake.hcl /\\n" }
                target "bad" {
                  description = "the bad one"
                  dockerfile-inline = "from busybox\\nRUN exit 17\\n"
                }
                """);
        Ctl failed = bake(Map.of());
        assertNotEquals(0, failed.exit());
        assertTrue(failed.err().contains("error: target bad: failed to solve: "), failed.err());
        assertTrue(failed.err().contains("Dockerfile:2"), failed.err());
        Ctl checked = bake(Map.of(), "--check");
        assertNotEquals(0, checked.exit());
        assertTrue(checked.out().contains("good\n\nCheck complete, no warnings found.\n"), checked.out());
        assertTrue(checked.out().contains("bad\nthe bad one\n\n"), checked.out());
        assertTrue(checked.out().contains("ConsistentInstructionCasing"), checked.out());
        assertEquals(0, bake(Map.of(), "--call=check", "good").exit());
        Ctl outline = bake(Map.of(), "--call=targets", "good");
        assertEquals(0, outline.exit(), outline.err());
    }

    @Test
    void thePlatformCanHaveTheVersionOfItsOperatingSystem() throws Exception {
        String platform = "windows(10.0.17763)/amd64";
        write("Dockerfile", "FROM scratch\nARG TARGETPLATFORM\nARG TARGETOS\nLABEL of=$TARGETPLATFORM on=$TARGETOS\n");
        write("docker-bake.hcl", """
                target "default" {
                  platforms = ["%s"]
                  args = { SOURCE_DATE_EPOCH = "1700000000" }
                  output = ["type=image,name=registry.example.com/windows,rewrite-timestamp=true"]
                }
                """.formatted(platform));
        Ctl baked = bake(Map.of(), "--provenance=false", "--metadata-file=metadata.json");
        assertEquals(0, baked.exit(), baked.err());
        Ctl built = Ctl.buildctl(
                daemon,
                scratch,
                "build",
                "--frontend=dockerfile.v0",
                "--local=context=" + folder,
                "--local=dockerfile=" + folder,
                "--opt=platform=" + platform,
                "--opt=build-arg:SOURCE_DATE_EPOCH=1700000000",
                "--output=type=image,name=registry.example.com/windows,rewrite-timestamp=true",
                "--metadata-file=" + scratch.resolve("expected.json"));
        assertEquals(0, built.exit(), built.err());
        assertEquals(
                JsonParser.parseString(Files.readString(scratch.resolve("expected.json")))
                        .getAsJsonObject()
                        .get("containerimage.digest"),
                JsonParser.parseString(Files.readString(folder.resolve("metadata.json")))
                        .getAsJsonObject()
                        .getAsJsonObject("default")
                        .get("containerimage.digest"));
    }

    /** As with buildx, and with buildctl. */
    @Test
    void pathsOfSecretsAndKeysAreRelativeToTheWorkingFolderOfBothCommands() throws Exception {
        write("token", "of the folder");
        write("key", SshKeyFormats.openSsh(SshKeyFormats.pair("Ed25519", 255)));
        write("Dockerfile", "FROM busybox\nRUN --mount=type=secret,id=s --mount=type=ssh cat /run/secrets/s\n");
        write(
                "docker-bake.hcl",
                "target \"default\" {\n  secret = [\"id=s,src=token\"]\n  ssh = [\"default=key\"]\n  no-cache = true\n}\n");
        Ctl baked = bake(Map.of());
        Ctl built = Ctl.treenqctlIn(
                folder,
                daemon,
                scratch,
                Map.of(),
                "build",
                "--progress=plain",
                "--no-cache",
                "--frontend=dockerfile.v0",
                "--local=context=" + folder,
                "--local=dockerfile=" + folder,
                "--secret=id=s,src=token",
                "--ssh=default=key");
        for (Ctl run : List.of(baked, built)) {
            assertEquals(0, run.exit(), run.err());
            assertTrue(run.err().contains("of the folder"), run.err());
        }
    }

    /** There is no server; the failure says how far the daemon has come. */
    @Test
    void aContextOverSshIsFetchedWithTheAgentOfThisMachine() throws Exception {
        Path socket = scratch.resolve("agent");
        try (ServerSocketChannel agent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            agent.bind(UnixDomainSocketAddress.of(socket));
            write("docker-bake.hcl", """
                    target "default" { context = "ssh://git@127.0.0.1:1/x.git" }
                    target "empty" {
                      inherits = ["default"]
                      ssh = ["default="]
                    }
                    target "key" {
                      inherits = ["default"]
                      ssh = ["other=key"]
                    }
                    """);
            write("key", SshKeyFormats.openSsh(SshKeyFormats.pair("Ed25519", 255)));
            Map<String, String> environment = Map.of("SSH_AUTH_SOCK", socket.toString());
            for (String target : List.of("default", "empty")) {
                Ctl refused = bake(environment, target);
                assertTrue(refused.err().contains("ssh for " + target + ". To allow it: --allow=ssh"), refused.err());
                Ctl without = bake(Map.of("SSH_AUTH_SOCK", ""), "--allow=ssh", target);
                assertTrue(without.err().contains("SSH_AUTH_SOCK is not set"), without.err());
                Ctl forwarded = bake(environment, "--allow=ssh", target);
                assertTrue(forwarded.err().contains("failed to solve: "), forwarded.err());
                assertFalse(forwarded.err().contains(NO_AGENT), forwarded.err());
                assertFalse(forwarded.err().contains("no SSH key"), forwarded.err());
            }
            // As with buildx, a target that names agents has only these.
            Ctl named = bake(environment, "key");
            assertTrue(named.err().contains(NO_AGENT), named.err());
        }
    }

    /** The frontend answers with the comments of the Dockerfile as they are. */
    @Test
    void anAnswerCannotControlTheTerminal() throws Exception {
        write("docker-bake.hcl", """
                variable "V" { description = "a\\u001b[2Jb\\nc" }
                target "default" { description = "the\\u001b[2J one" }
                """);
        write("Dockerfile", "# end is \u001b[31mred\u001b[2J\u0007\nFROM scratch AS end\n");
        Ctl baked = bake(Map.of(), "--call=targets");
        Ctl listed = bake(Map.of(), "--list=variables");
        Ctl built = Ctl.treenqctl(
                daemon,
                "build",
                "--progress=quiet",
                "--frontend=dockerfile.v0",
                "--local=context=" + folder,
                "--local=dockerfile=" + folder,
                "--opt=requestid=frontend.targets");
        for (Ctl run : List.of(baked, listed, built)) {
            assertEquals(0, run.exit(), run.err());
            assertTrue(run.out().matches("[\\n\\t -~]+"), run.out());
        }
        assertTrue(baked.out().contains("the one\n"), baked.out());
        assertTrue(baked.out().contains("is red"), baked.out());
        assertTrue(built.out().contains("is red"), built.out());
        assertTrue(listed.out().contains("ab c"), listed.out());
    }

    /** The exception for a file that cannot be read contains its name. */
    @Test
    void theNameOfAFileCannotForgeALineOfTheOutput() throws Exception {
        write("docker-bake.hcl", """
                target "default" {
                  dockerfile-inline = "FROM scratch"
                  secret = [{ id = "s", src = "x\\nerror: \\u001b[2Jforged" }]
                }
                """);
        Ctl run = bake(Map.of());
        assertEquals(1, run.exit());
        assertEquals(
                1, run.err().lines().filter(line -> line.startsWith("error: ")).count(), run.err());
        assertFalse(run.err().contains("\u001b"), run.err());
    }

    @Test
    void bakeFilesAreReadFromStandardInputEnvironmentAndCompose() throws Exception {
        write("compose.yaml", """
                services:
                  app:
                    build:
                      context: app
                      args: {TEXT: "${TEXT:-of compose}"}
                      x-bake: {output: ["type=local,dest=out"]}
                """);
        write(
                "app/Dockerfile",
                "FROM busybox AS b\nARG TEXT\nRUN echo $TEXT > /text\nFROM scratch\nCOPY --from=b /text /\n");
        Ctl run = bake(Map.of());
        assertEquals(0, run.exit(), run.err());
        assertEquals("of compose\n", Files.readString(folder.resolve("out/text")));
        write("other.hcl", "target \"app\" { args = { TEXT = \"of the other\" } }\n");
        Ctl merged = bake(Map.of("BUILDX_BAKE_FILE", "compose.yaml:other.hcl"), "app");
        assertEquals(0, merged.exit(), merged.err());
        assertEquals("of the other\n", Files.readString(folder.resolve("out/text")));
    }

    @Test
    void aTargetsAnswerIsPrintedAsJson() throws Exception {
        write("docker-bake.hcl", """
                group "default" { targets = ["good", "bad"] }
                target "good" { dockerfile = "good.Dockerfile" }
                target "bad" { dockerfile = "bad.Dockerfile" }
                """);
        write("good.Dockerfile", "FROM scratch AS end\nARG A=1\n");
        write("bad.Dockerfile", "from busybox\nRUN exit 17\n");
        Ctl checked = bake(Map.of(), "--call=check,format=json");
        assertEquals(1, checked.exit(), checked.err());
        JsonObject targets =
                JsonParser.parseString(checked.out()).getAsJsonObject().getAsJsonObject("target");
        assertEquals(
                ".",
                targets.getAsJsonObject("good")
                        .getAsJsonObject("build")
                        .get("context")
                        .getAsString());
        assertEquals(
                "ConsistentInstructionCasing",
                targets.getAsJsonObject("bad")
                        .getAsJsonObject("check")
                        .getAsJsonArray("warnings")
                        .get(0)
                        .getAsJsonObject()
                        .get("ruleName")
                        .getAsString());
        assertEquals(0, bake(Map.of(), "--call=check,ignorestatus=true").exit());
        Ctl wrong = bake(Map.of(), "--call=check,colour=red");
        assertTrue(wrong.err().contains("invalid print field: colour=red"), wrong.err());
        for (String call : List.of("check", "outline", "targets", "subrequests.describe")) {
            for (String format : List.of("", ",format=json")) {
                sameAsBuildx(Map.of(), "--call=" + call + format);
            }
        }
        // A Dockerfile that cannot be built.
        write("docker-bake.hcl", "target \"default\" { dockerfile = \"good.Dockerfile\" }\n");
        write("good.Dockerfile", "FROM busybox\nCOPY\n");
        sameAsBuildx(Map.of(), "--call=check");
        sameAsBuildx(Map.of(), "--call=check,format=json");
        Ctl broken = bake(Map.of(), "--check");
        assertEquals(1, broken.exit(), broken.err());
        assertTrue(broken.out().contains("error: "), broken.out());
    }

    /** A bake with more targets than are built at once, in a small heap. */
    @Test
    void hundredsOfTargetsNeedLittleMemory() throws Exception {
        write("docker-bake.hcl", """
                target "base" { dockerfile-inline = "FROM scratch\\nCOPY docker-bake.hcl /\\n" }
                target "default" {
                  name = "t${n}"
                  matrix = { n = [%s] }
                  contexts = { base = "target:base" }
                  dockerfile-inline = "FROM base\\nLABEL n=${n}\\n"
                }
                """.formatted(
                IntStream.range(0, TARGETS).mapToObj(n -> "\"" + n + "\"").collect(Collectors.joining(","))));
        // The warning names all targets, because none has an output.
        Ctl run = bakeInProcess(
                Map.of("JDK_JAVA_OPTIONS", "-Xmx" + HEAP_MEGABYTES + "m"),
                "--jobs=20",
                "--metadata-file=metadata.json");
        assertEquals(0, run.exit(), run.err());
        assertEquals(
                TARGETS + 1,
                JsonParser.parseString(Files.readString(folder.resolve("metadata.json")))
                        .getAsJsonObject()
                        .size());
    }

    /** A repository with targets in its root and in a folder, and one with a local context. */
    private void repository() throws Exception {
        Path tree = Files.createDirectory(scratch.resolve("tree"));
        Files.createDirectories(tree.resolve("app"));
        Files.writeString(tree.resolve("text"), "of the repository");
        Files.writeString(tree.resolve("Dockerfile"), "FROM scratch\nCOPY text /\n");
        Files.writeString(tree.resolve("app/app.Dockerfile"), "FROM scratch\nCOPY --from=root text /\nCOPY . /app\n");
        Files.writeString(tree.resolve(".dockerignore"), "docker-bake.hcl\n");
        Files.writeString(tree.resolve("docker-bake.hcl"), """
                variable "OUT" { default = "type=image,rewrite-timestamp=true" }
                group "default" { targets = ["root", "app", "own", "mixed"] }
                target "root" {
                  output = [OUT]
                }
                target "app" {
                  context = "app"
                  dockerfile = "app.Dockerfile"
                  contexts = { root = "." }
                  output = [OUT]
                }
                target "own" {
                  context = BAKE_CMD_CONTEXT
                  dockerfile-inline = "FROM scratch\\nCOPY own /\\n"
                  output = [OUT]
                }
                target "mixed" {
                  dockerfile = "cwd://own.Dockerfile"
                  output = [OUT]
                }
                """);
        GitRepository.create(scratch.resolve("web/shop.git"), tree);
        write("own", "of the working folder");
        write("own.Dockerfile", "FROM scratch\nCOPY text /own-text\n");
    }

    @Test
    void aRemoteDefinitionIsFetchedByTheDaemon() throws Exception {
        repository();
        String token = "token-" + UUID.randomUUID();
        String basic = Base64.getEncoder().encodeToString(("x-access-token:" + token).getBytes(StandardCharsets.UTF_8));
        try (WebServer server = new WebServer(scratch.resolve("web"), "basic " + basic)) {
            String url = server.url("shop.git#main");
            Map<String, String> environment = new HashMap<>(Map.of(
                    "BUILDX_BAKE_GIT_AUTH_TOKEN", token,
                    "SOURCE_DATE_EPOCH", "1700000000",
                    "BUILDX_NO_DEFAULT_ATTESTATIONS", "1"));
            Ctl printed = bake(environment, url, "--print");
            assertEquals(0, printed.exit(), printed.err());
            assertTrue(printed.out().contains("\"context\": \"" + url + ":app\""), printed.out());
            sameAsBuildx(environment, url, "--print");
            sameAsBuildx(environment, url, "https://example.com/other.git", "--print");
            Ctl run = bake(
                    environment,
                    url,
                    "--set=app.output=out/app",
                    "--set=own.output=out/own",
                    "--set=mixed.output=out/mixed");
            assertEquals(0, run.exit(), run.err());
            assertEquals("of the repository", Files.readString(folder.resolve("out/app/text")));
            assertTrue(Files.exists(folder.resolve("out/app/app/app.Dockerfile")));
            assertEquals("of the working folder", Files.readString(folder.resolve("out/own/own")));
            assertEquals("of the repository", Files.readString(folder.resolve("out/mixed/own-text")));
            sameDigestsAsBuildx(environment, url);
            // Files of the working folder come after those of the repository.
            write("more.hcl", "target \"root\" { args = { MORE = \"1\" } }\n");
            Ctl more = bake(environment, url, "-f", "cwd://more.hcl", "-f", "docker-bake.hcl", "--print", "root");
            assertTrue(more.out().contains("\"MORE\": \"1\""), more.out() + more.err());
            sameAsBuildx(environment, url, "-f", "cwd://more.hcl", "-f", "docker-bake.hcl", "--print", "root");
            // The definition is not trusted: it reads no file of this machine outside of the working folder.
            Ctl outside = bake(environment, url, "--set=own.context=cwd:///etc");
            assertTrue(outside.err().contains("To allow it: --allow=fs.read=/etc"), outside.err());
            Ctl missing = bake(environment, url, "-f", "missing.hcl", "--print");
            assertNotEquals(0, missing.exit());
            assertTrue(missing.err().contains("missing.hcl"), missing.err());
        }
        // Another server, so that the daemon has no clone yet.
        try (WebServer server = new WebServer(scratch.resolve("web"), "basic " + basic)) {
            Ctl refused = bake(
                    Map.of("BUILDX_BAKE_GIT_AUTH_TOKEN", "wrong-" + token), server.url("shop.git#main"), "--print");
            assertNotEquals(0, refused.exit());
            assertFalse(refused.err().contains(token), refused.err());
        }
    }

    @Test
    void aRemoteDefinitionCanBeAnArchiveOrAFile() throws Exception {
        Path web = Files.createDirectory(scratch.resolve("web"));
        Path tree = Files.createDirectories(scratch.resolve("tree/app"));
        Files.writeString(tree.resolveSibling("docker-bake.hcl"), """
                target "default" {
                  context = "app"
                  output = ["out"]
                }
                target "own" {
                  context = "cwd://."
                  dockerfile-inline = "FROM scratch\\nCOPY own /\\n"
                  output = ["out"]
                }
                """);
        Files.writeString(tree.resolveSibling(".dockerignore"), "*\n");
        assertEquals(
                0,
                new ProcessBuilder(
                                "tar",
                                "-czf",
                                web.resolve("files.tar.gz").toString(),
                                "-C",
                                tree.getParent().toString(),
                                ".")
                        .inheritIO()
                        .start()
                        .waitFor());
        Files.writeString(web.resolve("bake.hcl"), """
                target "default" {
                  dockerfile-inline = "FROM scratch\\nCOPY own /\\n"
                  output = ["out"]
                }
                """);
        write("own", "of the working folder");
        try (WebServer server = new WebServer(web)) {
            // buildx v0.38.2 fails for all archives: "invalid input type *llb.State for copy".
            Ctl printed = bake(Map.of(), server.url("files.tar.gz"), "--print");
            assertEquals(0, printed.exit(), printed.err());
            Ctl refused = bake(Map.of(), server.url("files.tar.gz"));
            assertTrue(refused.err().contains("a target of a definition in an archive has no context"), refused.err());
            for (String[] line :
                    new String[][] {{server.url("files.tar.gz"), "own"}, {server.url("bake.hcl"), "default"}}) {
                Ctl built = bake(Map.of(), line);
                assertEquals(0, built.exit(), built.err());
                assertEquals("of the working folder", Files.readString(folder.resolve("out/own")));
                Files.delete(folder.resolve("out/own"));
            }
            Ctl missing = bake(Map.of(), server.url("missing.hcl"), "--print");
            assertNotEquals(0, missing.exit());
            assertTrue(missing.err().contains("404"), missing.err());
        }
    }

    @Test
    void filesThatAComposeFileNamesMustBeAllowed() throws Exception {
        Path outside = scratch.resolve("outside.yaml");
        Files.writeString(outside, "services: {base: {build: {args: {TEXT: of-this-machine}}}}\n");
        Files.createSymbolicLink(folder.resolve("link.yaml"), outside);
        String allow = "--allow=fs.read=" + outside.toRealPath();
        Path web = Files.createDirectory(scratch.resolve("web"));
        try (WebServer server = new WebServer(web)) {
            for (String named : List.of(outside.toString(), "link.yaml")) {
                String compose = """
                        services:
                          app:
                            extends: {file: %s, service: base}
                            build:
                              dockerfile_inline: |
                                FROM scratch
                                COPY compose.yaml /
                        """.formatted(named);
                Files.writeString(web.resolve("compose.yaml"), compose);
                write("compose.yaml", compose);
                String address = server.url("compose.yaml");
                for (String[] line : List.of(
                        new String[] {address, "--print"},
                        new String[] {address, "--list=targets"},
                        new String[] {address},
                        new String[] {"app"})) {
                    Ctl refused = bake(Map.of(), line);
                    assertNotEquals(0, refused.exit(), String.join(" ", line));
                    assertTrue(refused.err().contains(allow), refused.err());
                    assertFalse((refused.out() + refused.err()).contains("of-this-machine"), refused.err());
                }
                Ctl allowed = bake(Map.of(), address, "--print", allow);
                assertTrue(allowed.out().contains("\"TEXT\": \"of-this-machine\""), allowed.err());
                // What a local file reads is only printed, as with buildx.
                Ctl printed = bake(Map.of(), "--print");
                assertTrue(printed.out().contains("\"TEXT\": \"of-this-machine\""), printed.err());
                Ctl built = bake(Map.of(), "app", allow);
                assertEquals(0, built.exit(), built.err());
            }
        }
    }

    // --- buildx

    private static final String BUILDX = System.getenv("TREENQ_BUILDX");

    /** Runs buildx with a builder that is the daemon. */
    private Ctl buildx(Map<String, String> given, String... arguments) throws Exception {
        Map<String, String> environment = new HashMap<>(given);
        environment.put("BUILDX_CONFIG", scratch.resolve("buildx").toString());
        if (!Files.exists(scratch.resolve("buildx"))) {
            List<String> connection = daemon.connection();
            Ctl created = Ctl.programIn(
                    folder,
                    scratch,
                    environment,
                    List.of(
                            BUILDX,
                            "create",
                            "--name=compared",
                            "--driver=remote",
                            "--driver-opt=cacert=" + connection.get(3) + ",cert=" + connection.get(5) + ",key="
                                    + connection.get(7),
                            daemon.address()));
            assertEquals(0, created.exit(), created.err());
        }
        List<String> line = new ArrayList<>(List.of(BUILDX, "bake", "--builder=compared", "--progress=plain"));
        line.addAll(List.of(arguments));
        return Ctl.programIn(folder, scratch, environment, line);
    }

    /** Compares the output and the exit code with those of buildx, if there is one. */
    private void sameAsBuildx(Map<String, String> environment, String... arguments) throws Exception {
        if (BUILDX != null) {
            Ctl theirs = buildx(environment, arguments);
            Ctl ours = bake(environment, arguments);
            assertEquals(
                    withoutSessions(theirs.out().strip()),
                    withoutSessions(ours.out().strip()),
                    () -> theirs.err() + ours.err());
            assertEquals(theirs.exit(), ours.exit(), () -> theirs.err() + ours.err());
        }
    }

    /** The answer of a check has the definition of its Dockerfile's source, which has the ID of the session. */
    private static String withoutSessions(String output) {
        return output.replaceAll("(?s)( *)\"definition\": \\{.*?\\R\\1\\},?", "$1(definition)");
    }

    /** Compares the digests with those of buildx, if there is one. */
    private Map<String, String> sameDigestsAsBuildx(Map<String, String> environment, String... arguments)
            throws Exception {
        if (BUILDX == null) {
            return Map.of();
        }
        List<String> line = new ArrayList<>(List.of(arguments));
        line.add("--metadata-file=theirs.json");
        Ctl theirs = buildx(environment, line.toArray(String[]::new));
        assertEquals(0, theirs.exit(), theirs.err());
        line.set(line.size() - 1, "--metadata-file=ours.json");
        Ctl ours = bake(environment, line.toArray(String[]::new));
        assertEquals(0, ours.exit(), ours.err());
        Map<String, String> expected = digests(folder.resolve("theirs.json"));
        assertEquals(expected, digests(folder.resolve("ours.json")));
        return expected;
    }

    private Map<String, String> digests(Path metadata) throws Exception {
        Map<String, String> digests = new TreeMap<>();
        JsonParser.parseString(Files.readString(metadata))
                .getAsJsonObject()
                .asMap()
                .forEach((target, result) -> {
                    if (result.isJsonObject() && result.getAsJsonObject().has("containerimage.digest")) {
                        digests.put(
                                target,
                                result.getAsJsonObject()
                                        .get("containerimage.digest")
                                        .getAsString());
                    }
                });
        return digests;
    }

    @Test
    void imagesHaveTheDigestsOfBuildx() throws Exception {
        assumeTrue(BUILDX != null, "TREENQ_BUILDX names no buildx");
        Map<String, String> environment =
                Map.of("SOURCE_DATE_EPOCH", "1700000000", "BUILDX_NO_DEFAULT_ATTESTATIONS", "1");
        for (long seed = SEED; seed < SEED + BUILDS; seed++) {
            project(new Random(seed));
            String hcl = Files.readString(folder.resolve("docker-bake.hcl"));
            assertTrue(sameDigestsAsBuildx(environment).size() > 2, "seed " + seed + "\n" + hcl);
        }
    }

    /** Writes a project with linked targets, a matrix and platforms, whose images are reproducible. */
    private void project(Random random) throws Exception {
        boolean several = random.nextBoolean();
        String platforms = several ? "platforms = [\"linux/amd64\", \"linux/arm64\"]" : "";
        // Only the platform of the machine can execute commands.
        String command = several ? "COPY file-2 /command" : "RUN echo " + random.nextInt(9) + " > /command";
        for (int i = 0; i < 5; i++) {
            write("context/file-" + i, "content " + random.nextInt(100));
        }
        write(
                "base/Dockerfile",
                "FROM busybox\nARG LEVEL=0\nENV LEVEL=$LEVEL\n%s\n"
                        .formatted(several ? "COPY --from=files file-1 /base" : "RUN echo $LEVEL > /base"));
        write(
                "middle/Dockerfile",
                "FROM base\n%s\nWORKDIR /w$LEVEL\n"
                        .formatted(several ? "COPY --from=files file-3 /middle" : "RUN cp /base /middle"));
        write("context/Dockerfile", """
                FROM lower AS lower
                FROM scratch
                ARG ITEM
                LABEL item=$ITEM
                COPY --from=lower /base /middle /
                COPY file-%d /file
                """.formatted(random.nextInt(5)));
        write("context/other.Dockerfile", "FROM lower\n%s\nCOPY . /all\n".formatted(command));
        write("docker-bake.hcl", """
                group "default" { targets = ["matrix", "plain"%s] }
                target "common" {
                  output = ["type=image,rewrite-timestamp=true"]
                  no-cache = true
                  labels = { "org.example.seed" = "%d" }
                  %s
                }
                target "base" {
                  inherits = ["common"]
                  context = "base"
                  args = { LEVEL = %d }
                  contexts = { files = "context" }
                }
                target "middle" {
                  inherits = ["common"]
                  context = "middle"
                  contexts = {
                    base = "target:base"
                    files = "context"
                  }
                }
                target "matrix" {
                  matrix = { item = ["one", "two", "three"] }
                  name = "item-${item}"
                  inherits = ["common"]
                  context = "context"
                  contexts = { lower = "target:middle" }
                  args = { ITEM = upper(item) }
                  annotations = ["org.example.item=${item}"]
                }
                target "plain" {
                  inherits = ["common"]
                  context = "context"
                  dockerfile = "other.Dockerfile"
                  contexts = { lower = "target:%s" }
                }
                """.formatted(
                        random.nextBoolean() ? ", \"base\"" : "",
                        random.nextInt(1000),
                        platforms,
                        random.nextInt(5),
                        random.nextBoolean() ? "middle" : "item-two"));
    }
}
