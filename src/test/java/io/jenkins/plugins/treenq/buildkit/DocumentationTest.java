// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Verifies the links of the documentation and the messages that it quotes. */
class DocumentationTest {
    /** The tests run in the repository's root, or in {@code buildkit/treenqctl} when the client is built alone. */
    private static final Path ROOT = Files.isDirectory(Path.of("docs")) ? Path.of("") : Path.of("../..");

    private static final String TABLE_OF_LINES = "| line of the log |";
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]*)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+)$");

    /** Matches the plus sign between two Java strings, so that a message on several lines is found. */
    private static final Pattern CONTINUED = Pattern.compile("(?<!\\\\)\"\\s*\\+\\s*\"");

    @Test
    void theLinesOfTheLogThatPagesQuoteAreInTheSources() {
        String sources = sources();
        List<String> missing = new ArrayList<>();
        for (Path page : pages()) {
            for (String line : quotedLines(page)) {
                for (String part : line.split("…")) {
                    if (part.length() > 3 && !isMadeOf(sources, part)) {
                        missing.add(page + ": " + line + "\n    no source has: " + part);
                    }
                }
            }
        }
        assertEquals("", String.join("\n", missing));
        assertFalse(quotedLines(ROOT.resolve("docs/troubleshooting.md")).isEmpty());
    }

    /** Returns whether the text is a part of one message, or of two messages that are joined. */
    private static boolean isMadeOf(String sources, String part) {
        return sources.contains(part)
                || IntStream.range(2, part.length() - 1)
                        .anyMatch(
                                at -> sources.contains(part.substring(0, at)) && sources.contains(part.substring(at)));
    }

    /** Returns the lines of the log that the tables of a page quote. */
    private static List<String> quotedLines(Path page) {
        List<String> lines = new ArrayList<>();
        boolean quotes = false;
        for (String row : read(page).split("\n")) {
            quotes = row.startsWith("|") && (quotes || row.startsWith(TABLE_OF_LINES));
            if (quotes) {
                CODE.matcher(row.split("\\|")[1]).results().forEach(code -> lines.add(code.group(1)));
            }
        }
        return lines;
    }

    /** Returns all sources and texts of the plugin, with the parts of each message joined. */
    private static String sources() {
        String java = CONTINUED.matcher(text(".java")).replaceAll("").replace("\\\"", "\"");
        return java + text("Messages.properties").replace("''", "'");
    }

    private static String text(String suffix) {
        return files(ROOT.resolve("src/main"))
                .filter(file -> file.toString().endsWith(suffix))
                .map(DocumentationTest::read)
                .collect(Collectors.joining("\n"));
    }

    @Test
    void everyLinkHasATarget() {
        Map<Path, Set<String>> anchors = new HashMap<>();
        List<String> broken = new ArrayList<>();
        for (Path page : pages()) {
            String text = CODE_BLOCK.matcher(read(page)).replaceAll("");
            for (MatchResult link : LINK.matcher(text).results().toList()) {
                String target = link.group(1);
                if (target.matches("[a-z]+:.*")) {
                    continue;
                }
                String[] parts = target.split("#", 2);
                Path file = parts[0].isEmpty()
                        ? page
                        : page.resolveSibling(parts[0]).normalize();
                if (!Files.exists(file)) {
                    broken.add(page + ": " + target);
                } else if (parts.length == 2
                        && !anchors.computeIfAbsent(file, DocumentationTest::anchors)
                                .contains(parts[1])) {
                    broken.add(page + ": " + target);
                }
            }
        }
        assertEquals("", String.join("\n", broken));
    }

    private static List<Path> pages() {
        return Stream.concat(
                        Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
                                .map(ROOT::resolve),
                        Stream.of("docs", "buildkit").map(ROOT::resolve).flatMap(DocumentationTest::files))
                .filter(file -> file.toString().endsWith(".md"))
                .toList();
    }

    /** Returns the anchors that GitHub creates for headings. */
    private static Set<String> anchors(Path page) {
        Set<String> anchors = new HashSet<>();
        for (MatchResult heading : HEADING.matcher(
                        CODE_BLOCK.matcher(read(page)).replaceAll(""))
                .results()
                .toList()) {
            String anchor = heading.group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-');
            for (int again = 1; !anchors.add(anchor); again++) {
                anchor = anchor.replaceFirst("(-\\d+)?$", "-" + again);
            }
        }
        return anchors;
    }

    private static Stream<Path> files(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all
                    .filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains("target"))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
