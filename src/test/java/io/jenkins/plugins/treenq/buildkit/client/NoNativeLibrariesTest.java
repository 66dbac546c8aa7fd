// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.Daemon;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The client uses only the JDK's TLS and sockets, and no native libraries. */
class NoNativeLibrariesTest {
    /** JNA, which Testcontainers brings to the tests' class path. */
    private static final Pattern OF_TESTS = Pattern.compile("jna-[0-9.]+\\.jar");

    @Test
    void noLibraryContainsNativeCodeForNetworkOrTls() throws Exception {
        List<String> found = new ArrayList<>();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            String name = Path.of(path).getFileName().toString();
            if (name.endsWith(".jar") && !OF_TESTS.matcher(name).matches()) {
                try (JarFile jar = new JarFile(path)) {
                    for (JarEntry entry : Collections.list(jar.entries())) {
                        if (entry.getName().matches(".*\\.(so|dll|jnilib|dylib)")) {
                            found.add(path + "!" + entry.getName());
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), found);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aConnectionLoadsNoNativeLibrary() throws Exception {
        Path javaHome = Path.of(System.getProperty("java.home")).toRealPath();
        Daemon daemon = Daemon.first();
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            assertEquals(daemon.version(), client.info().version());
            try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
                List<String> libraries = maps.map(line -> line.replaceFirst("^(\\S+\\s+){5}", ""))
                        .filter(file -> file.contains(".so"))
                        .distinct()
                        .toList();
                assertTrue(
                        libraries.stream().anyMatch(file -> file.startsWith(javaHome.toString())), "no JDK among them");
                // Only libraries of the JDK, and system libraries that the JDK uses, are loaded.
                assertEquals(
                        List.of(),
                        libraries.stream()
                                .filter(file -> file.contains("netty") || file.contains("tcnative"))
                                .toList());
            }
        }
    }
}
