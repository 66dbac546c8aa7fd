// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Stat;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SentEntriesTest {
    private final SentEntries sent = new SentEntries();

    @Test
    void remembersThePathsOfADeepTree() {
        List<String> paths = new ArrayList<>();
        String folder = "";
        for (int i = 0; i < 300; i++) {
            folder += (i == 0 ? "" : "/") + "é" + i;
            paths.add(folder);
            sent.add(stat(folder, FileMode.FOLDER), -1);
            paths.add(folder + "/!");
            sent.add(stat(folder + "/!", 0644), i);
        }
        sent.add(stat("é0-not-inside", 0644), 7);
        paths.add("é0-not-inside");
        for (int id = 0; id < paths.size(); id++) {
            assertEquals(paths.get(id), sent.path(id));
        }
        assertTrue(sent.request(41));
        assertEquals(20, sent.sizeBytes(41));
    }

    @Test
    void eachKnownFileCanBeRequestedOnce() {
        sent.add(stat("a", FileMode.FOLDER), -1);
        sent.add(stat("a/empty", 0644), 0);
        sent.add(stat("a/link", FileMode.SYMLINK | 0777), -1);
        assertFalse(sent.request(0));
        assertFalse(sent.request(2));
        assertFalse(sent.request(3));
        assertFalse(sent.request(-1));
        assertTrue(sent.request(1));
        assertEquals(0, sent.sizeBytes(1));
        assertFalse(sent.request(1));
    }

    private static Stat stat(String path, int mode) {
        return Stat.newBuilder()
                .setPath(ByteString.copyFromUtf8(path))
                .setMode(mode)
                .build();
    }
}
