// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.LocalSource;
import java.io.ByteArrayInputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A tree with one folder of files that exist in memory only. The modification time of the files is the time when the
 * tree was created. Within one JVM, no two trees have the same time, so that the daemon always requests the content
 * again.
 */
final class MemoryTree implements Tree {
    private static final int MODE = 0644;

    /**
     * The time of the newest tree in nanoseconds since the epoch. The clock alone is not sufficient, because on some
     * systems it stands still for milliseconds.
     */
    private static final AtomicLong LATEST_NANOS = new AtomicLong(Long.MIN_VALUE);

    private final Map<String, byte[]> contents;
    private final long createdNanos;

    MemoryTree(LocalSource.Files files) {
        this(files, Clock.systemUTC());
    }

    MemoryTree(LocalSource.Files files, Clock clock) {
        contents = files.contents();
        Instant now = clock.instant();
        long nanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        createdNanos = LATEST_NANOS.accumulateAndGet(nanos, (latest, time) -> Math.max(latest + 1, time));
    }

    @Override
    public String[] names(String folder) throws NoSuchFileException {
        if (!folder.isEmpty()) {
            throw new NoSuchFileException(folder);
        }
        return contents.keySet().stream().sorted(Utf8Order.INSTANCE).toArray(String[]::new);
    }

    @Override
    public Entry entry(String path) throws NoSuchFileException {
        return new Entry(MODE, content(path).length, createdNanos, "", null, null, false);
    }

    @Override
    public ReadableByteChannel open(String path) throws NoSuchFileException {
        return Channels.newChannel(new ByteArrayInputStream(content(path)));
    }

    boolean has(String path) {
        return contents.containsKey(path);
    }

    private byte[] content(String path) throws NoSuchFileException {
        byte[] content = contents.get(path);
        if (content == null) {
            throw new NoSuchFileException(path);
        }
        return content;
    }
}
