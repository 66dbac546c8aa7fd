// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.Daemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** treenqctl's outputs, layouts and local cache, with real daemons. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class ResultsTest {
    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    @TempDir
    Path scratch;

    private String marker;

    @BeforeEach
    void dockerfile() throws Exception {
        marker = UUID.randomUUID().toString();
        Files.writeString(folder.resolve("Dockerfile"), "FROM busybox\nRUN echo " + marker + " > /marker\n");
    }

    private List<String> arguments(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "build", "--frontend=dockerfile.v0", "--local=context=" + folder, "--local=dockerfile=" + folder));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private void build(String... more) {
        Ctl run = Ctl.treenqctl(daemon, arguments(more).toArray(String[]::new));
        assertEquals(0, run.exit(), run.err());
    }

    private Path piped(List<String> program, String name) throws Exception {
        Path out = scratch.resolve(name);
        List<String> line = new ArrayList<>(program);
        line.addAll(List.of(
                "--addr",
                daemon.address(),
                "--tlscacert",
                daemon.env().get("TREENQ_BUILDKIT_CA"),
                "--tlscert",
                daemon.env().get("TREENQ_BUILDKIT_CERT"),
                "--tlskey",
                daemon.env().get("TREENQ_BUILDKIT_KEY")));
        line.addAll(arguments("--output=type=tar"));
        Process process = new ProcessBuilder(line)
                .redirectOutput(out.toFile())
                .redirectError(scratch.resolve(name + ".err").toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> name);
        return out;
    }

    @Test
    void anArchiveIsWrittenToStandardOutput() throws Exception {
        Path theirs = piped(List.of(daemon.buildctl()), "theirs");
        Path ours = piped(Ctl.program(), "ours");
        assertTrue(Files.size(theirs) > 1 << 20);
        assertEquals(-1, Files.mismatch(theirs, ours));
    }

    @Test
    void severalOutputsAndTheShortFormAreWritten() throws Exception {
        Path out = scratch.resolve("out");
        Path file = scratch.resolve("docker.tar");
        build("-o", out.toString(), "--output=type=docker,name=x,dest=" + file);
        assertEquals(marker + "\n", Files.readString(out.resolve("marker")));
        assertTrue(Files.size(file) > 1 << 19);
    }

    @Test
    void nestedOutputsAreRefused() throws Exception {
        Path nest = scratch.resolve("nest");
        for (List<String> outputs : List.of(
                List.of("--output=type=local,dest=" + nest, "--output=type=oci,dest=" + nest + "/sub/x.tar"),
                List.of("--output=type=local,dest=" + nest, "--export-cache=type=local,dest=" + nest + "/cache"))) {
            Ctl run = Ctl.treenqctl(
                    daemon, arguments(outputs.toArray(String[]::new)).toArray(String[]::new));
            assertEquals(1, run.exit(), run.err());
            assertTrue(run.err().contains("' is in the output '" + nest + "'; choose a path outside of it"), run.err());
        }
        assertTrue(Files.notExists(nest));
    }

    /** The result replaces the folder of the metadata file with a link. */
    @Test
    void aLinkInAResultCannotRedirectTheMetadataFile() throws Exception {
        Path out = scratch.resolve("out");
        Path outside = Files.createDirectory(scratch.resolve("outside"));
        Files.createDirectories(out.resolve("sub"));
        Files.writeString(
                folder.resolve("Dockerfile"),
                "FROM busybox AS b\nRUN mkdir /o && ln -s " + outside + " /o/sub\nFROM scratch\nCOPY --from=b /o /\n");
        Ctl run = Ctl.treenqctl(
                daemon,
                arguments(
                                "--output=type=local,dest=" + out,
                                "--output=type=image",
                                "--metadata-file=" + out.resolve("sub/metadata.json"))
                        .toArray(String[]::new));
        assertEquals(1, run.exit(), run.err());
        assertTrue(run.err().contains("it is not a folder; links are not followed here"), run.err());
        assertTrue(Files.isSymbolicLink(out.resolve("sub")));
        assertTrue(Files.notExists(outside.resolve("metadata.json")));
    }

    @Test
    void anExportedLayoutIsUsedAsABaseImage() throws Exception {
        Path layout = scratch.resolve("layout");
        Path metadata = scratch.resolve("metadata");
        build("--output=type=oci,tar=false,dest=" + layout, "--metadata-file=" + metadata);
        String digest = Files.readString(metadata).replaceAll("(?s).*\"containerimage.digest\": *\"([^\"]*)\".*", "$1");
        Files.writeString(folder.resolve("Dockerfile"), "FROM base\nRUN cp /marker /copy\n");
        Path out = scratch.resolve("out");
        build(
                "--oci-layout=a=" + layout,
                "--opt=context:base=oci-layout://a@" + digest,
                "--output=type=local,dest=" + out);
        assertEquals(marker + "\n", Files.readString(out.resolve("copy")));
    }

    @Test
    void cacheIsExportedToAFolderAndImportedFromIt() throws Exception {
        Path cache = scratch.resolve("cache");
        build("--export-cache=type=local,mode=max,dest=" + cache);
        assertTrue(Files.readString(cache.resolve("index.json")).contains("\"latest\""));
        Ctl run = Ctl.treenqctl(
                daemon,
                arguments(
                                "--import-cache=type=local,src=" + cache,
                                "--import-cache=type=local,src=" + scratch.resolve("no"))
                        .toArray(String[]::new));
        assertEquals(0, run.exit(), run.err());
        assertTrue(run.err().contains("importing cache manifest from local:"), run.err());
        assertTrue(run.err().contains("WARN: cache in " + scratch.resolve("no") + " is not used"), run.err());
    }
}
