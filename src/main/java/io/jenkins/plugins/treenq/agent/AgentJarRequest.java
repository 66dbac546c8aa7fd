// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.agent;

import hudson.remoting.Channel;
import hudson.remoting.JarCache;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import jenkins.security.MasterToSlaveCallable;

/**
 * Gets the {@link AgentJar} from the agent's jar cache, which requests the jar from the controller if necessary, and
 * unpacks the jar of classes next to it, unless an earlier connection already did. Returns the URL of the jar of
 * classes on the agent.
 *
 * <p>The agent has no class of the plugin when it runs this one. Therefore this class uses no other class of the
 * plugin.
 */
final class AgentJarRequest extends MasterToSlaveCallable<String, IOException> {
    private static final long serialVersionUID = 1;

    /** Name of the jar of classes inside of the jar. */
    static final String CLASSES = "treenq-classes.jar";

    private final long sum1;
    private final long sum2;

    AgentJarRequest(Long sum1, Long sum2) {
        this.sum1 = sum1;
        this.sum2 = sum2;
    }

    @Override
    public String call() throws IOException {
        Channel controller = getChannelOrFail();
        JarCache cache = controller.getJarCache();
        return (cache == null ? withoutCache() : unpacked(fromCache(cache, controller)))
                .toUri()
                .toASCIIString();
    }

    private Path fromCache(JarCache cache, Channel controller) throws IOException {
        try {
            return Path.of(
                    URI.create(cache.resolve(controller, sum1, sum2).get().toString()));
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Returns the jar of classes next to the jar, whose name in the cache is derived from its content. */
    static Path unpacked(Path jar) throws IOException {
        Path classes = Path.of(jar + ".classes");
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            ZipEntry entry = zip.getEntry(CLASSES);
            if (entry == null) {
                throw new FileNotFoundException(CLASSES);
            }
            if (!isUnpacked(entry, classes)) {
                Path next = Path.of(classes + "." + UUID.randomUUID());
                try (InputStream in = zip.getInputStream(entry)) {
                    Files.copy(in, next);
                    Files.move(next, classes, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                } finally {
                    Files.deleteIfExists(next);
                }
            }
        }
        return classes;
    }

    /**
     * Tells whether the file has the content of the entry. Its size is not enough, because a file that was being
     * written when the machine lost its power can have the right size and other content.
     */
    private static boolean isUnpacked(ZipEntry entry, Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) != entry.getSize()) {
            return false;
        }
        try (CheckedInputStream in = new CheckedInputStream(Files.newInputStream(file), new CRC32())) {
            in.transferTo(OutputStream.nullOutputStream());
            return in.getChecksum().getValue() == entry.getCrc();
        }
    }

    /** Loads the jar of classes from the controller, as a resource of this class. */
    private Path withoutCache() throws IOException {
        Path classes = Files.createTempFile("treenq-classes", ".jar");
        classes.toFile().deleteOnExit();
        try (InputStream in = getClass().getResourceAsStream("/" + CLASSES)) {
            if (in == null) {
                throw new FileNotFoundException(CLASSES);
            }
            Files.copy(in, classes, StandardCopyOption.REPLACE_EXISTING);
        }
        return classes;
    }
}
