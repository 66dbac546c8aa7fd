// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.google.gson.JsonParser;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.GitRepository;
import io.jenkins.plugins.treenq.buildkit.WebServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same command line results in the same image with treenqctl as with buildctl, byte for byte: for everything that
 * changes an image, and for everything that must not change it. Nothing is read from the daemon's cache.
 */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class DigestFeaturesTest {
    private static final String EPOCH = "--opt=build-arg:SOURCE_DATE_EPOCH=1700000000";
    private static final String IMAGE = "--output=type=image,rewrite-timestamp=true";
    private static final String PLATFORMS = "--opt=platform=linux/amd64,linux/arm64";

    /** What both clients have built from the usual context without further options, by daemon. */
    private static final Map<Daemon, String> PLAIN = new HashMap<>();

    private static final Map<Daemon, String> PLAINLY_ATTESTED = new HashMap<>();

    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    @TempDir
    Path scratch;

    @BeforeEach
    void context() throws Exception {
        Files.writeString(folder.resolve("file"), "text");
        dockerfile("FROM scratch AS one\nCOPY file /one\nFROM scratch\nARG GREETING\nCOPY file /\nLABEL of=$GREETING");
    }

    private void dockerfile(String text) throws Exception {
        Files.writeString(folder.resolve("Dockerfile"), text + "\n");
    }

    /** Writes a Dockerfile whose image has one file, which contains the output of the step. */
    private void dockerfileOf(String step) throws Exception {
        dockerfile("FROM busybox AS run\nRUN " + step + " > /out\nFROM scratch\nCOPY --from=run /out /");
    }

    // --- the two clients

    private String[] local(String... more) {
        return Stream.concat(Stream.of("--local=context=" + folder, "--local=dockerfile=" + folder), Stream.of(more))
                .toArray(String[]::new);
    }

    private Ctl run(boolean ours, Path metadata, String... arguments) throws Exception {
        Files.deleteIfExists(metadata);
        List<String> line = new ArrayList<>(
                List.of("build", "--frontend=dockerfile.v0", "--progress=quiet", "--metadata-file=" + metadata));
        line.addAll(List.of(arguments));
        String[] all = line.toArray(String[]::new);
        return ours ? Ctl.treenqctl(daemon, all) : Ctl.buildctl(daemon, scratch, all);
    }

    /** Builds with both clients, and returns the exporters' metadata with the digest, which must be equal. */
    private String image(String... arguments) throws Exception {
        Path theirs = scratch.resolve("theirs.json");
        Path ours = scratch.resolve("ours.json");
        Ctl expected = run(false, theirs, arguments);
        assertEquals(0, expected.exit(), () -> String.join(" ", arguments) + "\n" + expected.err());
        Ctl actual = run(true, ours, arguments);
        assertEquals(0, actual.exit(), () -> String.join(" ", arguments) + "\n" + actual.err());
        assertEquals(Files.readString(theirs), Files.readString(ours), () -> String.join(" ", arguments));
        return Files.readString(theirs);
    }

    private static String digest(String metadata) {
        return JsonParser.parseString(metadata)
                .getAsJsonObject()
                .get("containerimage.digest")
                .getAsString();
    }

    /** Builds the context with both clients, without cache. */
    private String built(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("--no-cache"));
        boolean epoch = Stream.of(more).anyMatch(argument -> argument.contains("SOURCE_DATE_EPOCH"));
        boolean output = Stream.of(more).anyMatch(argument -> argument.startsWith("--output"));
        if (!epoch) {
            arguments.add(EPOCH);
        }
        if (!output) {
            arguments.add(IMAGE);
        }
        arguments.addAll(List.of(local(more)));
        return image(arguments.toArray(String[]::new));
    }

    /** Builds the usual context with both clients, once for all tests. */
    private String plain() throws Exception {
        if (!PLAIN.containsKey(daemon)) {
            PLAIN.put(daemon, built());
        }
        return PLAIN.get(daemon);
    }

    /** Asserts that both clients have the same result, whether the daemon supports the option or not. */
    private void assertSame(String... more) throws Exception {
        String[] arguments = local(more);
        Path theirs = scratch.resolve("theirs.json");
        Path ours = scratch.resolve("ours.json");
        Ctl expected = run(false, theirs, arguments);
        Ctl actual = run(true, ours, arguments);
        assertEquals(
                expected.exit(), actual.exit(), () -> String.join(" ", arguments) + "\n" + expected + "\n" + actual);
        if (expected.exit() == 0) {
            assertEquals(Files.readString(theirs), Files.readString(ours), () -> String.join(" ", arguments));
        }
    }

    // --- content of the image

    @Test
    void labelsAndBuildArgumentsGiveTheDigestOfBuildctl() throws Exception {
        String plain = plain();
        assertNotEquals(plain, built("--opt=label:a=b", "--opt=label:with space=\u00fc, = \"'"));
        assertNotEquals(plain, built("--opt=build-arg:GREETING=\u65e5\u672c=1"));
        assertEquals(plain, built("--opt=build-arg:HTTP_PROXY=http://proxy.example.com:1"));
        assertNotEquals(plain, built("--opt=target=one"));
        assertNotEquals(plain, built("--opt=build-arg:BUILDKIT_MULTI_PLATFORM=1"));
        assertNotEquals(plain, built("--opt=build-arg:BUILDKIT_INLINE_CACHE=1", "--opt=label:c=d"));
    }

    @Test
    void annotationsGiveTheDigestOfBuildctl() throws Exception {
        String one = plain();
        String two = built(PLATFORMS);
        for (String type : List.of("", "-manifest", "-index", "-manifest-descriptor", "-index-descriptor")) {
            String annotation = IMAGE + ",annotation" + type;
            assertNotEquals(two, built(PLATFORMS, annotation + ".org.example.key=a value"), type);
            if (!type.startsWith("-index")) {
                assertNotEquals(two, built(PLATFORMS, annotation + "[linux/arm64].org.example.key=a value"), type);
            }
        }
        assertNotEquals(one, built(IMAGE + ",annotation.a=b,\"annotation-manifest.c=d,e\""));
    }

    @Test
    void platformsGiveTheDigestOfBuildctl() throws Exception {
        String plain = plain();
        assertNotEquals(plain, built("--opt=platform=linux/arm64"));
        assertNotEquals(plain, built("--opt=multi-platform=true"));
        dockerfile("FROM scratch\nARG TARGETPLATFORM\nCOPY file /\nENV FOR=$TARGETPLATFORM");
        built("--opt=platform=linux/amd64,linux/arm64,linux/arm/v7,linux/riscv64,linux/s390x");
        built("--opt=platform=windows/amd64");
    }

    @Test
    void timestampOptionsGiveTheDigestOfBuildctl() throws Exception {
        String plain = plain();
        for (String epoch : List.of("0", "1", "1234567890", "4102444800")) {
            assertNotEquals(plain, built("--opt=build-arg:SOURCE_DATE_EPOCH=" + epoch));
        }
        assertNotEquals(plain, built(IMAGE + ",source-date-epoch=1234567890"));
        Path file = folder.resolve("file");
        Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(1_600_000_000_000L));
        assertNotEquals(plain, built("--output=type=image"));
        assertSame("--no-cache", IMAGE, "--opt=build-arg:SOURCE_DATE_EPOCH=tomorrow");
    }

    @Test
    void compressionOptionsGiveTheDigestOfBuildctl() throws Exception {
        Files.writeString(folder.resolve("file"), "text that can be made smaller ".repeat(1_000) + UUID.randomUUID());
        String plain = built();
        for (String compression : List.of(
                "uncompressed",
                "estargz",
                "zstd",
                "gzip,compression-level=1",
                "gzip,compression-level=9",
                "zstd,compression-level=19",
                "zstd,oci-mediatypes=true")) {
            assertNotEquals(plain, built(IMAGE + ",compression=" + compression), compression);
        }
        dockerfile("FROM busybox\nCOPY file /");
        String mixed = built(IMAGE + ",compression=zstd,oci-mediatypes=true");
        assertNotEquals(mixed, built(IMAGE + ",compression=zstd,oci-mediatypes=true,force-compression=true"));
        assertSame("--no-cache", EPOCH, IMAGE + ",compression=none");
    }

    @Test
    void mediaTypesGiveTheDigestOfBuildctl() throws Exception {
        String oci = built(IMAGE + ",oci-mediatypes=true");
        assertNotEquals(oci, built(IMAGE + ",oci-mediatypes=false"));
        assertEquals(digest(oci), digest(built(IMAGE + ",oci-mediatypes=true,name=example.com/a:1")));
        built(IMAGE + ",\"name=example.com/a:1,example.org/b\",name-canonical=true,prefer-nondist-layers=true");
        built(IMAGE + ",dangling-name-prefix=example.com/dangling,danging-name-empty-only=true,store=false");
        assertSame("--no-cache", EPOCH, IMAGE + ",unpack=true");
        assertSame("--no-cache", EPOCH, IMAGE + ",push=perhaps");
    }

    @Test
    void pushedImagesHaveTheDigestOfBuildctl() throws Exception {
        String name = daemon.env().get("TREENQ_MIRROR") + "/digests/" + daemon.version();
        String plain = digest(plain());
        assertEquals(plain, digest(built(IMAGE + ",push=true,name=" + name + ":1")));
        assertEquals(plain, digest(built(IMAGE + ",push=true,push-by-digest=true,name=" + name)));
        assertEquals(plain, digest(built(IMAGE + ",push=true,\"name=" + name + ":2," + name + "/other:3\"")));
        built(PLATFORMS, IMAGE + ",push=true,oci-artifact=true,name=" + name + ":4");
        assertSame("--no-cache", EPOCH, IMAGE + ",push=true");
    }

    // --- sources of the image

    @Test
    void noCacheGivesTheDigestOfBuildctl() throws Exception {
        String plain = digest(plain());
        String[] again = local(EPOCH, IMAGE, "--opt=no-cache=one");
        assertEquals(plain, digest(image(again)));
        for (String mode : List.of("default", "pull", "local")) {
            dockerfile("FROM busybox\nCOPY file /");
            built("--opt=image-resolve-mode=" + mode);
        }
    }

    @Test
    void namedContextsGiveTheDigestOfBuildctl() throws Exception {
        Path other = Files.createDirectory(scratch.resolve("other"));
        Files.writeString(other.resolve("part"), "of the other");
        Files.writeString(other.resolve("ignored"), "");
        Files.writeString(other.resolve(".dockerignore"), "ignored");
        dockerfile("FROM scratch\nCOPY --from=other . /");
        built("--local=other=" + other, "--opt=context:other=local:other");
        built("--local=x=" + other, "--opt=context:other::linux/amd64=local:x", "--opt=platform=linux/amd64");

        dockerfile("FROM nowhere.example.com/base:1\nCOPY file /");
        built("--opt=context:nowhere.example.com/base:1=docker-image://busybox:1.36");

        Path layout = scratch.resolve("layout");
        dockerfile("FROM scratch\nCOPY file /in-layout");
        String base = digest(built("--output=type=oci,tar=false,rewrite-timestamp=true,dest=" + layout));
        dockerfile("FROM base\nCOPY file /");
        built("--oci-layout=store=" + layout, "--opt=context:base=oci-layout://store@" + base);
    }

    @Test
    void remoteContextsGiveTheDigestOfBuildctl() throws Exception {
        Path tree = Files.createDirectory(scratch.resolve("tree"));
        Files.createDirectory(tree.resolve("app"));
        Files.writeString(tree.resolve("app/text"), "of " + daemon.version());
        Files.writeString(tree.resolve("app/Dockerfile"), "FROM scratch\nCOPY text /\n");
        Path served = Files.createDirectory(scratch.resolve("served"));
        GitRepository.create(served.resolve("shop.git"), tree);
        assertEquals(
                0,
                new ProcessBuilder("tar", "-czf", served.resolve("tree.tar.gz").toString(), "-C", tree.toString(), ".")
                        .inheritIO()
                        .start()
                        .waitFor());
        try (WebServer server = new WebServer(served)) {
            image("--no-cache", EPOCH, IMAGE, "--opt=context=" + server.url("shop.git#main:app"));
            for (String whole : List.of("shop.git#main", "tree.tar.gz")) {
                String context = "--opt=context=" + server.url(whole);
                image("--no-cache", EPOCH, IMAGE, context, "--opt=filename=app/Dockerfile", "--opt=contextsubdir=app");
            }
            dockerfile("FROM scratch\nADD --chmod=600 " + server.url("tree.tar.gz") + " /\nADD "
                    + server.url("shop.git#main") + " /shop");
            built();
            dockerfile("FROM scratch\nCOPY --from=shop app/text /");
            built("--opt=context:shop=" + server.url("shop.git#main"));
        }
    }

    @Test
    void sourcePoliciesGiveTheDigestOfBuildctl() throws Exception {
        dockerfile("FROM nowhere.example.com/tools:1\nCOPY file /");
        String rule = """
                {"rules": [{"action": "%s",
                  "selector": {"identifier": "docker-image://nowhere.example.com/tools:*"},
                  "updates": {"identifier": "docker-image://docker.io/library/busybox:latest"}}]}""";
        Path policy = scratch.resolve("policy.json");
        Files.writeString(policy, rule.formatted("CONVERT"));
        built("--source-policy-file=" + policy);
        Files.writeString(policy, rule.formatted("DENY"));
        assertSame(EPOCH, IMAGE, "--source-policy-file=" + policy);
    }

    @Test
    void inlineCacheGivesTheDigestOfBuildctl() throws Exception {
        String plain = digest(plain());
        // The daemon lists steps that it has just executed in a random order.
        assertNotEquals(plain, digest(image(local(EPOCH, IMAGE, "--export-cache=type=inline"))));
    }

    // --- environment of build steps

    @Test
    void secretsAndSshGiveTheDigestOfBuildctl() throws Exception {
        Path secret = Files.writeString(scratch.resolve("secret"), "hidden");
        dockerfileOf("--mount=type=secret,id=s --mount=type=secret,id=absent --mount=type=secret,id=e,env=E"
                + " sh -c 'wc -c < /run/secrets/s; ls /run/secrets; printenv E | wc -c'");
        built("--secret=id=s,src=" + secret, "--secret=id=e,env=PATH");
        dockerfileOf("--mount=type=secret,id=s,required=true cat /run/secrets/s");
        assertSame("--no-cache", EPOCH, IMAGE);

        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        Path key = Files.writeString(
                scratch.resolve("key"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(
                                        generator.generateKeyPair().getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        dockerfileOf("--mount=type=ssh sh -c 'test -S $SSH_AUTH_SOCK && echo agent'");
        built("--ssh=default=" + key);
        dockerfileOf("--mount=type=ssh,required=true true");
        assertSame("--no-cache", EPOCH, IMAGE);
    }

    @Test
    void settingsOfRunInstructionsGiveTheDigestOfBuildctl() throws Exception {
        dockerfileOf(
                "sh -c 'grep example /etc/hosts; df -k /dev/shm | tail -1 | tr -s \" \" | cut -d \" \" -f 2; ulimit -n'");
        String plain = built();
        assertNotEquals(plain, built("--opt=add-hosts=a.example=192.0.2.1,b.example=2001:db8::1"));
        assertNotEquals(plain, built("--opt=shm-size=12582912"));
        assertNotEquals(plain, built("--opt=ulimit=nofile=123:456,nproc=1000"));
        dockerfileOf("hostname");
        plain = built();
        assertNotEquals(plain, built("--opt=hostname=builder"));
        assertNotEquals(plain, built("--opt=build-arg:BUILDKIT_SANDBOX_HOSTNAME=builder"));
        dockerfileOf("ls /sys/class/net");
        assertSame("--no-cache", EPOCH, IMAGE, "--opt=force-network-mode=none");
        assertSame("--no-cache", EPOCH, IMAGE, "--opt=force-network-mode=host");
        assertSame("--no-cache", EPOCH, IMAGE, "--opt=force-network-mode=host", "--allow=network.host");
        dockerfileOf("true");
        assertSame("--no-cache", EPOCH, IMAGE, "--opt=cgroup-parent=/somewhere");
        assertSame("--no-cache", EPOCH, IMAGE, "--opt=memory=67108864", "--opt=cpushares=512");
    }

    // --- other outputs

    private void assertSameFile(String output, String... more) throws Exception {
        Path theirs = scratch.resolve("theirs.file");
        Path ours = scratch.resolve("ours.file");
        for (Path file : List.of(theirs, ours)) {
            List<String> arguments =
                    new ArrayList<>(List.of("--no-cache", EPOCH, "--output=" + output + ",dest=" + file));
            arguments.addAll(List.of(more));
            Ctl ran = run(file == ours, scratch.resolve("metadata.json"), local(arguments.toArray(String[]::new)));
            assertEquals(0, ran.exit(), ran::err);
        }
        assertEquals(-1, Files.mismatch(theirs, ours), output);
    }

    @Test
    void archivesGiveTheDigestOfBuildctl() throws Exception {
        for (String attributes : List.of(
                "", ",compression=zstd,oci-mediatypes=true", ",name=example.com/a:1", ",annotation.a=b", ",tar=true")) {
            assertSameFile("type=oci,rewrite-timestamp=true" + attributes);
        }
        assertSameFile("type=oci,rewrite-timestamp=true", PLATFORMS);
        assertSameFile("type=docker,rewrite-timestamp=true,\"name=example.com/a:1,example.com/b:2\"");
        assertSameFile("type=docker,rewrite-timestamp=true,compression=uncompressed");
        assertSameFile("type=tar");
        assertSameFile("type=tar", PLATFORMS);
        assertSameFile("type=tar,platform-split=false");
        assertSame("--no-cache", EPOCH, PLATFORMS, "--output=type=docker,dest=" + scratch.resolve("several"));
    }

    // --- attestations

    /** Builds with both clients, and returns the text of the layout without the values that differ in each build. */
    private String attested(String... more) throws Exception {
        String[] texts = new String[2];
        for (int i = 0; i < 2; i++) {
            Path layout = Files.createTempDirectory(scratch, "layout");
            List<String> arguments = new ArrayList<>(
                    List.of("--no-cache", EPOCH, "--output=type=oci,tar=false,rewrite-timestamp=true,dest=" + layout));
            arguments.addAll(List.of(more));
            Ctl ran = run(i == 0, scratch.resolve("metadata.json"), local(arguments.toArray(String[]::new)));
            assertEquals(0, ran.exit(), ran::err);
            texts[i] = LayoutText.of(layout);
        }
        assertEquals(texts[1], texts[0], () -> String.join(" ", more));
        return texts[0];
    }

    private String plainlyAttested() throws Exception {
        if (!PLAINLY_ATTESTED.containsKey(daemon)) {
            PLAINLY_ATTESTED.put(daemon, attested());
        }
        return PLAINLY_ATTESTED.get(daemon);
    }

    @Test
    void attestationsGiveTheDigestOfBuildctl() throws Exception {
        String plain = plainlyAttested();
        for (String attributes : List.of(
                "mode=min",
                "mode=max",
                "version=v1",
                "mode=max,version=v0.2",
                "builder-id=https://jenkins.example.com/job/1",
                "reproducible=true")) {
            assertNotEquals(plain, attested("--opt=attest:provenance=" + attributes), attributes);
        }
        assertEquals(plain, attested("--opt=attest:provenance=mode=max,inline-only=true"));
        attested("--opt=attest:provenance=mode=max", PLATFORMS);
        attested(
                "--opt=attest:provenance=", "--opt=vcs:source=https://git.example.com/shop", "--opt=vcs:revision=12ab");
        assertSame(EPOCH, IMAGE, "--opt=attest:provenance=mode=middle");
    }

    /** The default scanner image cannot be pulled without a network, so the test builds its own scanner. */
    @Test
    void sbomsGiveTheDigestOfBuildctl() throws Exception {
        Files.writeString(folder.resolve("scan"), """
                echo '{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document",\
                "predicate":{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"found by the scanner"}}' \
                > $BUILDKIT_SCAN_DESTINATION/$(basename $BUILDKIT_SCAN_SOURCE).spdx.json
                """);
        dockerfile("FROM busybox\nCOPY scan /scan\nENTRYPOINT [\"/bin/sh\", \"/scan\"]");
        String scanner = daemon.env().get("TREENQ_MIRROR") + "/digests/scanner-" + daemon.version() + ":1";
        built(IMAGE + ",push=true,name=" + scanner);
        context();
        String plain = plainlyAttested();
        assertNotEquals(plain, attested("--opt=attest:sbom=generator=" + scanner));
        assertSame(
                EPOCH, IMAGE, "--opt=attest:sbom=generator=" + daemon.env().get("TREENQ_MIRROR") + "/digests/absent");
    }
}
