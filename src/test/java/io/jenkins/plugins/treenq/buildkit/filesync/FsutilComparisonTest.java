// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonStreamParser;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.files.RootedPath;
import io.jenkins.plugins.treenq.buildkit.wire.filetransfer.Stat;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares with the results of BuildKit's own code for random trees and patterns. The results were recorded from fsutil
 * v0.0.0-20260717003753-6d9dc2ebad62 and patternmatcher v0.6.1, the versions in BuildKit v0.32.2, on Linux.
 *
 * <p>{@code trees.json} holds objects: how to make a {@code tree} (kind, path, permissions or target), its
 * {@code stats} in the order of an unfiltered walk (path, mode, size, link), and {@code cases}: patterns and the
 * numbers of the stats that are sent, with {@code >} before the number of the file that a hard link names.
 * {@code patterns.json} holds paths, and then for each pattern the paths that it matches as hexadecimal bits: as the
 * matcher has it, and as a glob.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the trees have names and modes that Windows does not know")
class FsutilComparisonTest {
    private static final Gson GSON = new Gson();

    @Test
    void sendsTheSamePacketsAsFsutil(@TempDir Path folder) throws Exception {
        assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "Java could not make the trees");
        List<String> differences = new ArrayList<>();
        int cases = 0;
        int excludedLinks = 0;
        int trees = 0;
        try (Reader reader = resource("trees.json")) {
            for (JsonStreamParser recorded = new JsonStreamParser(reader); recorded.hasNext(); trees++) {
                JsonObject tree = recorded.next().getAsJsonObject();
                Path root = Files.createDirectory(folder.resolve("tree" + trees));
                make(root, tree.getAsJsonArray("tree"));
                JsonArray stats = tree.getAsJsonArray("stats");
                for (JsonElement element : tree.getAsJsonArray("cases")) {
                    JsonObject request = element.getAsJsonObject();
                    List<String> expected = expected(request, stats);
                    Tree onDisk = new FolderTree(new RootedPath(root, null));
                    List<String> actual = walk(onDisk, request);
                    if (!expected.equals(actual)) {
                        differences.add(tree.get("tree") + "\n  " + request + "\n  fsutil " + expected + "\n  here   "
                                + actual);
                    }
                    cases++;
                    if (!actual.equals(List.of("error"))) {
                        List<String> ofRecord = walk(recorded(root, request), request);
                        // The record lacks links that are excluded themselves, so that what they lead to is not
                        // sent. A COPY through such a link fails in any case.
                        boolean excludedLink = request.has("follow") && expected.containsAll(ofRecord);
                        excludedLinks += excludedLink && !expected.equals(ofRecord) ? 1 : 0;
                        if (!excludedLink && !expected.equals(ofRecord)) {
                            differences.add(tree.get("tree") + "\n  " + request + "\n  fsutil   " + expected
                                    + "\n  recorded " + ofRecord);
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), differences, () -> String.join("\n", differences));
        assertEquals(3, excludedLinks);
        assertTrue(cases >= 500, "the record has " + cases + " cases");
    }

    @Test
    void matchesTheSamePathsAsPatternmatcherAndGo() throws Exception {
        List<String> differences = new ArrayList<>();
        int patterns = 0;
        try (Reader reader = resource("patterns.json")) {
            JsonStreamParser recorded = new JsonStreamParser(reader);
            List<String> paths = Arrays.asList(GSON.fromJson(recorded.next(), String[].class));
            for (; recorded.hasNext(); patterns++) {
                String[] expected = GSON.fromJson(recorded.next(), String[].class);
                String matcher = matcher(expected[0], paths);
                if (!expected[1].equals(matcher)) {
                    differences.add("pattern '" + expected[0] + "': " + difference(expected[1], matcher, paths));
                }
                String glob = glob(expected[0], paths);
                if (!expected[2].equals(glob)) {
                    differences.add("glob '" + expected[0] + "': " + difference(expected[2], glob, paths));
                }
            }
        }
        assertEquals(List.of(), differences, () -> String.join("\n", differences));
        assertTrue(patterns >= 500, "the record has " + patterns + " patterns");
    }

    private static List<String> expected(JsonObject request, JsonArray stats) {
        if (request.has("error")) {
            return List.of("error");
        }
        List<String> expected = new ArrayList<>();
        for (String sent : request.get("sent").getAsString().split(" ")) {
            if (!sent.isEmpty()) {
                String[] numbers = sent.split(">");
                JsonArray stat = stats.get(Integer.parseInt(numbers[0])).getAsJsonArray();
                String link = numbers.length == 1
                        ? stat.get(3).getAsString()
                        : stats.get(Integer.parseInt(numbers[1]))
                                .getAsJsonArray()
                                .get(0)
                                .getAsString();
                expected.add(entry(
                        stat.get(0).getAsString(),
                        stat.get(1).getAsLong(),
                        stat.get(2).getAsLong(),
                        link));
            }
        }
        return expected;
    }

    /** Returns the tree of a build whose inputs were compared, with the exclude patterns of the request. */
    private static Tree recorded(Path root, JsonObject request) throws Exception {
        LocalSource folder = new LocalSource.Folder(root);
        try (SourceContent content = new SourceContent("context", folder, (Path) null)) {
            LocalSource recorded =
                    content.recorded(strings(request, "exclude"), null, null).source();
            return Tree.of("context", recorded, null);
        }
    }

    private static List<String> walk(Tree tree, JsonObject request)
            throws BuildkitException.ContextUnreadableException {
        try {
            ContextFilter filter = new ContextFilter(
                    new FolderRequest(
                            "context",
                            strings(request, "include"),
                            strings(request, "exclude"),
                            strings(request, "follow")),
                    tree);
            ContextWalker walker = new ContextWalker("context", tree, filter, () -> false);
            List<String> sent = new ArrayList<>();
            for (ContextWalker.Walked next = walker.next(); next != null; next = walker.next()) {
                Stat stat = next.stat();
                sent.add(entry(
                        stat.getPath().toStringUtf8(),
                        Integer.toUnsignedLong(stat.getMode()),
                        stat.getSize(),
                        stat.getLinkname().toStringUtf8()));
            }
            return sent;
        } catch (InvalidPatternException e) {
            return List.of("error");
        }
    }

    private static String entry(String path, long mode, long size, String link) {
        return path + " " + Long.toOctalString(mode) + " " + size + (link.isEmpty() ? "" : " -> " + link);
    }

    private static List<String> strings(JsonObject request, String key) {
        return request.has(key) ? Arrays.asList(GSON.fromJson(request.get(key), String[].class)) : List.of();
    }

    private static void make(Path root, JsonArray nodes) throws IOException, InterruptedException {
        Map<Path, Integer> modes = new HashMap<>();
        for (JsonElement element : nodes) {
            JsonArray node = element.getAsJsonArray();
            Path path = root.resolve(node.get(1).getAsString());
            switch (node.get(0).getAsString()) {
                case "d" -> Files.createDirectory(path);
                case "f" -> Files.write(path, new byte[node.get(3).getAsInt()]);
                case "l" -> SpecialFiles.symlink(path, node.get(2).getAsString());
                case "h" -> Files.createLink(path, root.resolve(node.get(2).getAsString()));
                case "p" -> SpecialFiles.fifo(path);
                default -> throw new AssertionError(node);
            }
            if (!"lh".contains(node.get(0).getAsString())) {
                modes.put(path, node.get(2).getAsInt());
            }
        }
        for (Map.Entry<Path, Integer> mode : modes.entrySet()) {
            Files.setAttribute(mode.getKey(), "unix:mode", mode.getValue());
        }
    }

    private static String matcher(String pattern, List<String> paths) {
        // An exception is tested together with a pattern that excludes everything.
        boolean exception = CleanPath.clean(pattern.strip()).startsWith("!");
        PatternMatcher matcher;
        try {
            matcher = new PatternMatcher(exception ? List.of("**", pattern) : List.of(pattern), PathRules.UNIX);
        } catch (InvalidPatternException e) {
            return "invalid";
        }
        boolean[] matches = new boolean[paths.size()];
        try {
            for (int i = 0; i < matches.length; i++) {
                String path = paths.get(i);
                PatternMatcher.Match match = null;
                for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
                    match = matcher.match(path.substring(0, end), match);
                }
                matches[i] = matcher.match(path, match).matched();
            }
        } catch (InvalidPatternException e) {
            return "error";
        }
        return bits(matches);
    }

    private static String glob(String pattern, List<String> paths) {
        try {
            Glob glob = new Glob(pattern);
            boolean[] matches = new boolean[paths.size()];
            for (int i = 0; i < matches.length; i++) {
                matches[i] = glob.matches(paths.get(i));
            }
            return bits(matches);
        } catch (InvalidPatternException e) {
            return "invalid";
        }
    }

    private static String bits(boolean[] bits) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bits.length; i += 4) {
            int digit = 0;
            for (int j = 0; j < 4 && i + j < bits.length; j++) {
                digit |= bits[i + j] ? 8 >> j : 0;
            }
            text.append(Character.forDigit(digit, 16));
        }
        return text.toString();
    }

    private static String difference(String expected, String actual, List<String> paths) {
        if (expected.length() != actual.length() || expected.equals("invalid") || actual.equals("invalid")) {
            return expected + " there, " + actual + " here";
        }
        List<String> different = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            int bits = Character.digit(expected.charAt(i / 4), 16) ^ Character.digit(actual.charAt(i / 4), 16);
            if ((bits & 8 >> i % 4) != 0) {
                different.add(paths.get(i));
            }
        }
        return "different for " + different;
    }

    private static Reader resource(String name) {
        InputStream resource = FsutilComparisonTest.class.getResourceAsStream(name);
        return new InputStreamReader(resource, StandardCharsets.UTF_8);
    }
}
