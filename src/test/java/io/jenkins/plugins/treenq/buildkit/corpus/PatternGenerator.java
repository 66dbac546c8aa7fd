// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.corpus;

import io.jenkins.plugins.treenq.buildkit.corpus.SampleEntry.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Generates patterns for a tree: lines of ignore files, and sources of COPY instructions. */
final class PatternGenerator {
    private final RandomChoices chance;
    private final List<String> names;
    private final List<SampleEntry> things;

    PatternGenerator(RandomChoices chance, List<String> names, List<SampleEntry> things) {
        this.chance = chance;
        this.names = names;
        this.things = things;
    }

    List<String> ignores() {
        List<String> lines = new ArrayList<>();
        int count = 1 + chance.below(7);
        for (int i = 0; i < count; i++) {
            lines.add(ignore());
        }
        if (chance.percent(5)) {
            lines.set(0, "\ufeff" + lines.get(0));
        }
        return List.copyOf(lines);
    }

    private String ignore() {
        if (chance.percent(10)) {
            return chance.pick(
                    "",
                    "# comment",
                    "#",
                    " # no comment",
                    "   ",
                    "*",
                    "**",
                    "**/*",
                    "*/*",
                    ".",
                    "./",
                    "..",
                    "/",
                    "!.",
                    "!*",
                    "!**",
                    "a**b",
                    "**a",
                    "***",
                    "**/",
                    "/**",
                    "**/**",
                    "*\t",
                    "\u00a0x");
        }
        if (chance.percent(2)) {
            return chance.pick(
                    "[", "a[", "[]", "[^]", "\\", "a\\", "!", "! ", "!!a", "[[:alpha:]]*", "\\d*", "a|b", "a{1}");
        }
        String pattern = patternOf(path(), this::near);
        String name = pattern.substring(pattern.lastIndexOf('/') + 1);
        pattern = switch (chance.below(30)) {
            case 0 -> "/" + pattern;
            case 1 -> pattern + "/";
            case 2 -> "./" + pattern;
            case 3 -> "x/../" + pattern;
            case 4 -> "../" + pattern;
            case 5 -> pattern + "  ";
            case 6 -> " " + pattern;
            case 7 -> pattern + "\r";
            case 8 -> pattern + "/**";
            case 9 -> pattern + "/*";
            case 10 -> pattern + "/**/" + chance.pick(names);
            case 11, 12, 13 -> "**/" + name;
            case 14 -> name;
            case 15 -> pattern.replaceFirst("^[^/]*/", "**/");
            case 16 -> "**/" + pattern + "/**";
            default -> pattern;
        };
        return chance.percent(35) ? "!" + pattern : pattern;
    }

    /** Returns a source of {@code COPY} for an existing entry. */
    String source() {
        String path = throughLink(path());
        // If a source contains no wildcard, an escape in it is not regarded as a pattern.
        String pattern = chance.percent(25)
                ? patternOf(path, chance.percent(80) ? this::wide : this::near)
                : chance.percent(90) ? path : escaped(path);
        if (chance.percent(95)) {
            // In the words of a Dockerfile, one level of escapes is removed and variables are expanded.
            pattern = pattern.replaceAll("[\\\\$'\"]", "\\\\$0");
        }
        return switch (chance.below(24)) {
            case 0 -> "/" + pattern;
            case 1 -> "./" + pattern;
            case 2 -> "../" + pattern;
            case 3 -> "x/../" + pattern;
            case 4 -> pattern + "/";
            case 5 -> pattern + "/.";
            case 6 -> pattern + "*";
            case 7 -> pattern + "/*";
            default -> pattern;
        };
    }

    /**
     * Returns a path, which is rarely one that cannot be requested: the daemon cannot put control characters into a
     * header, nor bytes into JSON.
     */
    private String path() {
        String path = chance.pick(things).path();
        boolean sayable = RawText.isUtf8(path) && path.chars().noneMatch(Character::isISOControl);
        return sayable || chance.percent(15) ? path : path();
    }

    /** Returns the path, sometimes through a symlink to one of its folders. */
    private String throughLink(String path) {
        if (chance.percent(70)) {
            return path;
        }
        return things.stream()
                .filter(thing -> thing.kind() == Kind.SYMLINK)
                .flatMap(link -> {
                    String folder = link.target().replaceFirst("^[./]+", "").replaceFirst("/+$", "");
                    boolean leads = !folder.isEmpty() && path.startsWith(folder + "/");
                    return leads ? Stream.of(link.path() + path.substring(folder.length())) : Stream.empty();
                })
                .findFirst()
                .orElse(path);
    }

    private String patternOf(String path, UnaryOperator<String> ofName) {
        List<String> parts =
                Stream.of(path.split("/")).filter(part -> !part.isEmpty()).toList();
        int length = chance.percent(30) ? 1 + chance.below(parts.size()) : parts.size();
        return parts.stream()
                .limit(length)
                .map(name -> chance.percent(60) || name.equals(Sample.RUN) ? escaped(name) : ofName.apply(name))
                .collect(Collectors.joining("/"));
    }

    /** Returns a pattern that matches the name. */
    private String wide(String name) {
        int[] cut = cut(name);
        String before = escaped(name.substring(0, cut[0]));
        String after = escaped(name.substring(cut[1]));
        return chance.pick("*", before + "*", "*" + after, before + "?" + after, before + "*" + after);
    }

    /** Returns a pattern that may match the name. */
    private String near(String name) {
        int[] cut = cut(name);
        String before = name.substring(0, cut[0]);
        String here = name.substring(cut[0], cut[1]);
        String after = name.substring(cut[1]);
        return switch (chance.below(8)) {
            case 0 -> wide(name);
            case 1 -> before + "?" + after;
            case 2 -> before + "[" + here + "]" + after;
            case 3 -> before + "[^" + here + "]" + after;
            case 4 -> before + "[a-z]" + after;
            // An escaped letter may be an invalid expression, and the second use of an invalid pattern crashes v0.23.
            case 5 -> before + here.replaceFirst("\\p{Punct}", "\\\\$0") + after;
            case 6 -> before + "**" + after;
            default -> name;
        };
    }

    /** Returns the begin and the end of a random character. */
    private int[] cut(String name) {
        int at = chance.below(name.codePointCount(0, name.length()));
        return new int[] {name.offsetByCodePoints(0, at), name.offsetByCodePoints(0, at + 1)};
    }

    private static String escaped(String text) {
        return text.replaceAll("[\\\\*?\\[\\]]", "\\\\$0");
    }
}
