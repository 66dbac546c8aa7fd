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
 * Files of one folder that exist in memory only. They are as old as this tree, and no two trees of this JVM have the
 * same time, so that the daemon always takes their content.
 */
final class MemoryTree implements Tree {
    private static final int MODE = 0644;

    /** When the latest of them was made: some systems' clocks stand still for milliseconds. */
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

    private byte[] content(String path) throws NoSuchFileException {
        byte[] content = contents.get(path);
        if (content == null) {
            throw new NoSuchFileException(path);
        }
        return content;
    }
}
