// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Keeps the JVMs of Surefire apart where a class is {@link Alone}, by a file that each of them locks: shared, or for
 * itself.
 *
 * <p>The first byte is the door, which everybody passes and nobody keeps. Who waits for the second byte waits in the
 * door, so that one who wants it alone is not overtaken again and again.
 */
public final class AloneExtension implements BeforeAllCallback, AfterAllCallback {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(AloneExtension.class);

    /** One for the JVM: when any channel of a file is closed, the JVM loses all of its locks on that. */
    private static final FileChannel FILE = open();

    private static FileChannel open() {
        try {
            Path folder = Files.createDirectories(Path.of("target"));
            return FileChannel.open(
                    folder.resolve("alone.lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A class in another one runs while that does. */
    private static boolean isInner(ExtensionContext context) {
        return context.getRequiredTestClass().getEnclosingClass() != null;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        if (isInner(context)) {
            return;
        }
        boolean shared = !context.getRequiredTestClass().isAnnotationPresent(Alone.class);
        try (FileLock door = FILE.lock(0, 1, false)) {
            context.getStore(NAMESPACE).put("lock", FILE.lock(1, 1, shared));
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        FileLock lock = context.getStore(NAMESPACE).remove("lock", FileLock.class);
        if (lock != null) {
            lock.release();
        }
    }
}
