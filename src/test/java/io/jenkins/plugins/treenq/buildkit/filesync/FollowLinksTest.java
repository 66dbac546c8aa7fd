// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.fsutil.FileMode;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The rarer cases; {@link FsutilComparisonTest} has the others. */
class FollowLinksTest {
    /** The targets of links by path; empty for folders. */
    private final Map<String, String> entries = new TreeMap<>(Utf8Order.INSTANCE);

    private final List<String> asked = new ArrayList<>();

    private final Tree tree = new Tree() {
        @Override
        public String[] names(String folder) {
            String start = folder.isEmpty() ? "" : folder + "/";
            return entries.keySet().stream()
                    .filter(path -> path.startsWith(start) && path.indexOf('/', start.length()) < 0)
                    .map(CleanPath::name)
                    .toArray(String[]::new);
        }

        @Override
        public Entry entry(String path) throws IOException {
            asked.add(path);
            String target = entries.get(path);
            if (target == null) {
                throw new NoSuchFileException(path);
            }
            int mode = target.isEmpty() ? FileMode.FOLDER : FileMode.SYMLINK;
            return new Entry(mode, 0, 0, target, null, null, false);
        }

        @Override
        public ReadableByteChannel open(String path) throws IOException {
            throw new NoSuchFileException(path);
        }
    };

    @Test
    void followsEveryLinkOfAPath() throws Exception {
        entries.put("a", "");
        entries.put("a/b", "../c");
        entries.put("c", "/d/e");
        entries.put("d", "");
        entries.put("d/e", "");
        assertEquals(List.of("a/b", "c", "d/e/x"), follow("a/b/x"));
    }

    @Test
    void neverLeavesTheRoot() throws Exception {
        entries.put("a", "../../etc/passwd");
        entries.put("b", "/../../c");
        assertEquals(List.of("a", "etc/passwd"), follow("a"));
        assertEquals(List.of("b", "c"), follow("b"));
        assertEquals(List.of("../a"), follow("../a"));
        assertEquals(
                List.of(), asked.stream().filter(path -> path.startsWith("..")).toList());
    }

    @Test
    void doesNotGoThroughALinkThatOnlyLooksLikeAWildcard() throws Exception {
        entries.put("[", "/etc");
        assertEquals(List.of("[/x"), follow("[/x"));
        assertEquals(
                List.of(), asked.stream().filter(path -> path.equals("[/x")).toList());
    }

    @Test
    void endsForLoopsOfLinks() throws Exception {
        entries.put("a", "b");
        entries.put("b", "a");
        entries.put("c", "c/c/c");
        assertEquals(List.of("a", "b"), follow("a/x/y"));
        assertEquals(List.of("c"), follow("c"));
    }

    @Test
    void followsChainsThatAreLongerThanAnyStack() throws Exception {
        int length = 100_000;
        for (int i = 0; i < length; i++) {
            entries.put("l" + i, "l" + (i + 1));
        }
        assertEquals(length + 1, follow("l0").size());
    }

    @Test
    void selectsTheWholeTreeForTheRoot() throws Exception {
        entries.put("a", ".");
        assertNull(follow("."));
        assertNull(follow("a"));
        assertNull(follow("x", "/"));
    }

    private List<String> follow(String... paths) throws BuildkitException.ContextUnreadableException {
        return FollowLinks.resolve("context", tree, List.of(paths));
    }
}
