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
 * Runs a class that is {@link Alone} without other classes, by a file that each JVM of Surefire locks: shared, or
 * exclusively.
 *
 * <p>The first byte is locked only briefly by each JVM. A JVM that waits for the second byte keeps the lock of the
 * first one, so that a class that waits for the exclusive lock is not overtaken again and again.
 */
public final class AloneExtension implements BeforeAllCallback, AfterAllCallback {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(AloneExtension.class);

    /** One channel for the JVM: when any channel of a file is closed, the JVM loses all of its locks on the file. */
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

    /** Returns whether the class is nested in another test class, which already holds the lock. */
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
