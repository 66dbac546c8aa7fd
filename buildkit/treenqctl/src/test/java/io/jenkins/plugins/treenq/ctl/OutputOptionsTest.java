// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class OutputOptionsTest {
    @TempDir
    Path scratch;

    private static OutputOptions parse(String... texts) {
        return OutputOptions.read(List.of(texts), () -> false);
    }

    @Test
    void everyExporterHasItsOutputAndNoPathIsSentToTheDaemon() {
        OutputOptions parsed = parse(
                "type=image,name=example.com/a,push=true",
                "type=local,dest=out,mode=delete",
                "type=tar,dest=" + scratch.resolve("a.tar"),
                "type=oci,tar=false,dest=layout",
                "type=docker",
                "type=oci,tar=nonsense,dest=" + scratch.resolve("b.tar"));
        assertEquals(
                List.of(
                        new Export("image", Map.of("name", "example.com/a", "push", "true")),
                        new Export("local", Map.of("mode", "delete")),
                        new Export("tar", Map.of()),
                        new Export("oci", Map.of("tar", "false")),
                        new Export("docker", Map.of()),
                        new Export("oci", Map.of("tar", "nonsense"))),
                parsed.exports());
        assertEquals(new Output.Folder(Path.of("out")), parsed.outputs().get(1));
        assertEquals(new Output.Layout(Path.of("layout")), parsed.outputs().get(3));
        for (int i : List.of(2, 4, 5)) {
            assertInstanceOf(Output.Stream.class, parsed.outputs().get(i));
        }
        assertEquals(5, parsed.outputs().size());
    }

    @Test
    void theShortFormIsAFolderOrStandardOutput() {
        OutputOptions parsed = parse("some/where", "-");
        assertEquals(List.of(new Export("local", Map.of()), new Export("tar", Map.of())), parsed.exports());
        assertEquals(new Output.Folder(Path.of("some/where")), parsed.outputs().get(0));
        assertInstanceOf(Output.Stream.class, parsed.outputs().get(1));
    }

    @Test
    void anOutputFileIsCreatedWhenTheResultArrives() throws Exception {
        Path file = scratch.resolve("x.tar");
        Output.Stream stream =
                (Output.Stream) parse("type=tar,dest=" + file).outputs().get(0);
        assertTrue(Files.notExists(file));
        stream.opener().open().close();
        assertTrue(Files.exists(file));
    }

    /** An earlier result may have created the link. */
    @Test
    void noFileIsWrittenThroughALink() throws Exception {
        Path victim = Files.writeString(scratch.resolve("victim"), "kept");
        Path link = Files.createSymbolicLink(scratch.resolve("link"), victim);
        Path dangling = Files.createSymbolicLink(scratch.resolve("dangling"), scratch.resolve("new"));
        for (Path file : List.of(link, dangling)) {
            Output.Stream stream =
                    (Output.Stream) parse("type=tar,dest=" + file).outputs().get(0);
            assertThrows(IOException.class, () -> stream.opener().open());
        }
        assertEquals("kept", Files.readString(victim));
        assertTrue(Files.notExists(scratch.resolve("new")));
        Path nothing = Files.createSymbolicLink(scratch.resolve("nothing"), Path.of("/dev/null"));
        Output.Stream stream =
                (Output.Stream) parse("type=tar,dest=" + nothing).outputs().get(0);
        stream.opener().open().close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dest=x",
                "type=local",
                "type=oci,tar=false",
                "type=image,dest=x",
                "type=local,output=x",
                "type=tar,dest=/",
                "a,b"
            })
    void invalidOutputsAreRefused(String text) {
        assertThrows(TypeConversionException.class, () -> parse(text));
    }

    @Test
    void archivesAreNotWrittenToATerminalAndOnlyOneToStandardOutput() {
        for (String text : List.of("-", "type=oci", "type=docker,dest=-")) {
            assertThrows(TypeConversionException.class, () -> OutputOptions.read(List.of(text), () -> true), text);
        }
        assertThrows(TypeConversionException.class, () -> parse("type=oci", "type=tar"));
    }

    @Test
    void layoutsHaveNames() {
        assertEquals(
                Map.of("oci:a", Path.of("x=y"), "oci:b", Path.of("/z")), LayoutOptions.read(List.of("a=x=y", "b=/z")));
        assertThrows(TypeConversionException.class, () -> LayoutOptions.read(List.of("a")));
    }
}
