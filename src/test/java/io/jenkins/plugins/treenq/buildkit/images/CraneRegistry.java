// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.LocalPort;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The registry of google/go-containerregistry, in memory and without TLS: another implementation than Debian's. It is
 * {@code $TREENQ_CRANE} or the {@code crane} on the path; a test without it is skipped.
 */
public final class CraneRegistry implements AutoCloseable {
    private final Process process;
    private final int port;

    public CraneRegistry(Path folder) throws IOException, InterruptedException {
        Optional<Path> crane = Stream.concat(
                        Optional.ofNullable(System.getenv("TREENQ_CRANE")).map(Path::of).stream(),
                        Stream.of(System.getenv("PATH").split(File.pathSeparator))
                                .map(dir -> Path.of(dir, "crane")))
                .filter(Files::isExecutable)
                .findFirst();
        Assumptions.assumeTrue(crane.isPresent(), "needs crane: run the tests with ./test, which gets it");
        port = LocalPort.free();
        process = new ProcessBuilder(crane.get().toString(), "registry", "serve", "--address", "127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("crane.log").toFile())
                .start();
        LocalPort.await(port);
    }

    public String host() {
        return "localhost:" + port;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
