// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import io.jenkins.plugins.treenq.buildkit.LocalSource;
import java.io.ByteArrayInputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Files of one folder that exist in memory only; new at each build, so that the daemon always takes their content. */
final class MemoryTree implements Tree {
    private static final int MODE = 0644;

    private final Map<String, byte[]> contents;
    private final long createdNanos;

    MemoryTree(LocalSource.Files files) {
        contents = files.contents();
        Instant now = Instant.now();
        createdNanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
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
