// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileNames;
import io.jenkins.plugins.treenq.buildkit.fsutil.NameBytes;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Stat;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class FileNamesTest {
    @TempDir
    Path folder;

    @Test
    void representsBytesThatAreNotTextBySurrogates() throws Exception {
        Path file = Path.of(URI.create(folder.toUri() + "a%FF%C3%A9"));
        String name = FileNames.name(file);
        assertEquals("a\uDCFFé", name);
        assertFalse(NameBytes.isUtf8(name));
    }

    @Test
    void keepsTheReplacementCharacterInNames() throws Exception {
        Path file = Path.of(URI.create(folder.toUri() + "a%EF%BF%BD"));
        assertEquals("a\uFFFD", FileNames.name(file));
        assertTrue(NameBytes.isUtf8(FileNames.name(file)));
    }

    @Test
    void detectsLoneSurrogates() {
        assertTrue(NameBytes.isUtf8("a😀b"));
        assertFalse(NameBytes.isUtf8("a\uD83D"));
        assertFalse(NameBytes.isUtf8("\uDE00\uD83D"));
    }

    /** Services often run with this locale. */
    @Test
    void readsAndFindsNamesUnderTheCLocale() throws Exception {
        Path sub = Files.createDirectory(Path.of(URI.create(folder.toUri() + "%C3%BC%25")));
        Files.write(Path.of(URI.create(sub.toUri() + "%F0%9F%98%80%20x")), "content".getBytes(StandardCharsets.UTF_8));
        Files.createSymbolicLink(folder.resolve("l"), Path.of(URI.create("file:///%C3%A9")));
        SpecialFiles.run("sh", "-c", "ln -s \"$(printf 'x//\\303\\251/')\" '" + folder.resolve("m") + "'");

        ProcessBuilder java = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                CLocale.class.getName(),
                folder.toString());
        java.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
        java.environment().put("LC_ALL", "C");
        Process process = java.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(2, TimeUnit.MINUTES));
        assertEquals("l -> /é (3)\nm -> x//é/ (6)\nü% (0)\nü%/😀 x (7)\ncontent\n", output);
    }

    /** Runs the test in a separate process. */
    static final class CLocale {
        private CLocale() {}

        public static void main(String[] arguments) throws Exception {
            assertEquals("ANSI_X3.4-1968", System.getProperty("sun.jnu.encoding"));
            FolderTree tree = new FolderTree(new RootedPath(Path.of(arguments[0]), null));
            FolderRequest request = new FolderRequest("context", List.of(), List.of(), List.of());
            ContextWalker walker = new ContextWalker("context", tree, new ContextFilter(request, tree), () -> false);
            List<String> lines = new ArrayList<>();
            for (ContextWalker.Walked next = walker.next(); next != null; next = walker.next()) {
                Stat stat = next.stat();
                String link = stat.getLinkname().isEmpty()
                        ? ""
                        : " -> " + stat.getLinkname().toStringUtf8();
                lines.add(stat.getPath().toStringUtf8() + link + " (" + stat.getSize() + ")");
            }
            try (InputStream content = Channels.newInputStream(tree.open("ü%/😀 x"))) {
                byte[] read = content.readAllBytes();
                assertArrayEquals("content".getBytes(StandardCharsets.US_ASCII), read);
                lines.add(new String(read, StandardCharsets.US_ASCII));
            }
            System.out.writeBytes((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }
}
