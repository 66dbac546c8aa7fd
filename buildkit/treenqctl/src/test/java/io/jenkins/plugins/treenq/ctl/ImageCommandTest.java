// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images in a real registry, from the command line. */
class ImageCommandTest {
    @TempDir
    Path folder;

    private Daemon daemon;
    private String repository;

    @BeforeEach
    void push() throws Exception {
        daemon = Daemon.first();
        repository = "ctl/image-" + daemon.version();
        String login = daemon.login().username() + ":" + daemon.login().secret();
        Files.writeString(
                folder.resolve("config.json"),
                "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}"
                        .formatted(
                                daemon.registry(),
                                Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8))));
        Files.writeString(folder.resolve("Dockerfile"), "FROM busybox\nLABEL team=shop\n");
        Ctl built = run(
                "build",
                "--frontend=dockerfile.v0",
                "--local=context=" + folder,
                "--local=dockerfile=" + folder,
                "--opt=attest:provenance=",
                "--output=type=image,push=true,name=" + image("1"));
        assertEquals(0, built.exit(), built.err());
    }

    private String image(String tag) {
        return daemon.registry() + "/" + repository + ":" + tag;
    }

    private Ctl run(String... arguments) {
        return Ctl.treenqctlIn(folder, daemon, folder, Map.of(), arguments);
    }

    private Ctl images(String command, String... arguments) {
        return run(line(command, arguments));
    }

    private String[] line(String command, String... arguments) {
        List<String> line = new ArrayList<>(List.of(
                "image",
                command,
                "--registry-auth-tlscontext",
                "host=" + daemon.registry() + ",ca=" + daemon.env().get("TREENQ_REGISTRY_CA")));
        line.addAll(List.of(arguments));
        return line.toArray(String[]::new);
    }

    @Test
    void anImageIsPrintedAsTextAndAsJson() throws Exception {
        String digest = new Registry(daemon).digest(repository, "1").orElseThrow();
        Ctl table = Ctl.treenqctl(daemon, folder, new byte[0], line("inspect", image("1")));
        assertEquals(0, table.exit(), table.err());
        assertTrue(table.out().startsWith("Name:       " + image("1") + "\nDigest:     " + digest + "\n"), table.out());
        assertTrue(table.out().contains("\nLabel:      team=shop\n"), table.out());
        assertTrue(table.out().contains("\nAttachment: https://slsa.dev/provenance/"), table.out());

        JsonObject json = JsonParser.parseString(
                        images("inspect", image("1"), "--format", "json").out())
                .getAsJsonObject();
        assertEquals(digest, json.get("digest").getAsString());
        assertTrue(json.get("provenance").getAsBoolean());
        assertEquals(
                "linux/amd64",
                json.getAsJsonArray("platforms")
                        .get(0)
                        .getAsJsonObject()
                        .get("platform")
                        .getAsString());
    }

    @Test
    void anImageIsPromotedToSeveralNames() throws Exception {
        String digest = new Registry(daemon).digest(repository, "1").orElseThrow();
        String other = "ctl/promoted-" + daemon.version();
        Ctl promoted = images("promote", image("1"), image("stable"), daemon.registry() + "/" + other + ":1");
        assertEquals(0, promoted.exit(), promoted.err());
        assertEquals(digest + "\n", promoted.out());
        assertEquals(digest, new Registry(daemon).digest(repository, "stable").orElseThrow());
        assertEquals(digest, new Registry(daemon).digest(other, "1").orElseThrow());
        Ctl absent = images("promote", image("none"), image("stable"));
        assertEquals(1, absent.exit());
        assertEquals(
                "error: promoting " + image("none") + " failed, nothing was tagged: there is no image " + image("none")
                        + " in its registry\n",
                absent.err());
    }

    @Test
    void imagesAreCombinedIntoATaggedIndex() throws Exception {
        String digest = new Registry(daemon).digest(repository, "1").orElseThrow();
        Ctl index = images("index", image("all"), daemon.registry() + "/" + repository + "@" + digest);
        assertEquals(0, index.exit(), index.err());
        assertEquals(
                index.out().strip(),
                new Registry(daemon).digest(repository, "all").orElseThrow());
        Ctl tagged = images("index", image("all"), image("1"));
        assertEquals(1, tagged.exit());
        assertTrue(tagged.err().contains("use a digest, because a tag can change"), tagged.err());
    }

    @Test
    void missingImagesAndInvalidNamesAreReportedInOneLine() throws Exception {
        Ctl absent = images("inspect", image("none"));
        assertEquals(1, absent.exit());
        assertEquals("error: there is no image " + image("none") + " in its registry\n", absent.err());
        Ctl wrong = images("inspect", "NO:name");
        assertEquals(1, wrong.exit());
        assertTrue(wrong.err().startsWith("error: 'NO:name' is not an image name"), wrong.err());
        Ctl stranger = run("image", "inspect", image("1"));
        assertEquals(1, stranger.exit());
        assertEquals(
                "error: registry " + daemon.registry()
                        + " has a certificate that is not trusted or is for another host\n",
                stranger.err());
    }
}
