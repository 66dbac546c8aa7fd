// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The complete input of a build: the content of the context, the ignored patterns, and the Dockerfile.
 *
 * @param number in its corpus
 * @param place where the Dockerfile lies
 * @param things in an order in which they can be made
 * @param ignores lines of {@code .dockerignore}; null if there is no such file
 * @param namedIgnores lines of the file that takes precedence over it; null if there is no such file
 * @param steps the Dockerfile's lines
 */
record Sample(
        int number,
        Place place,
        List<SampleEntry> things,
        List<String> ignores,
        List<String> namedIgnores,
        List<String> steps) {

    /** A placeholder in names and lines, which is replaced by a different text each time the sample is written. */
    static final String RUN = "{run}";

    /** Nanoseconds since 1970 overflow soon after it. */
    static final long FAR_FUTURE = 9_000_000_000L;

    enum Place {
        IN_CONTEXT("Dockerfile"),
        LOWER_CASE("dockerfile"),
        /** The Dockerfile is in a subfolder and has another name. */
        NAMED("deploy/App.Dockerfile"),
        /** The Dockerfile and the ignore file are symlinks. */
        LINKED("Dockerfile"),
        /** The Dockerfile is in another folder than the context. */
        APART("Dockerfile"),
        /** The path of the context is a symlink. */
        CONTEXT_LINKED("Dockerfile");

        final String dockerfile;

        Place(String dockerfile) {
            this.dockerfile = dockerfile;
        }
    }

    /** Returns the number of parts that can be omitted: entries, ignored patterns, and instructions. */
    int parts() {
        return things.size() + size(ignores) + size(namedIgnores) + steps.size();
    }

    /** Returns the sample without the parts with these numbers. Parts that cannot be omitted remain. */
    Sample without(Set<Integer> parts) {
        List<SampleEntry> gone = new ArrayList<>();
        for (int i = 0; i < things.size(); i++) {
            if (parts.contains(i)) {
                gone.add(things.get(i));
            }
        }
        List<SampleEntry> left = things.stream()
                .filter(thing -> gone.stream().noneMatch(other -> other == thing || thing.isBeneath(other)))
                .toList();
        int ignoresAt = things.size();
        int namedAt = ignoresAt + size(ignores);
        int stepsAt = namedAt + size(namedIgnores);
        List<String> leftSteps = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            if (!parts.contains(stepsAt + i) || steps.get(i).startsWith("FROM")) {
                leftSteps.add(steps.get(i));
            }
        }
        return new Sample(
                number,
                place,
                left,
                without(ignores, ignoresAt, parts),
                without(namedIgnores, namedAt, parts),
                List.copyOf(leftSteps));
    }

    private static List<String> without(List<String> lines, int at, Set<Integer> parts) {
        if (lines == null) {
            return null;
        }
        List<String> left = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (!parts.contains(at + i)) {
                left.add(lines.get(i));
            }
        }
        return List.copyOf(left);
    }

    private static int size(List<String> lines) {
        return lines == null ? 0 : lines.size();
    }

    /** Returns a description with which the sample can be reproduced. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("sample " + number + ", Dockerfile " + place);
        steps.forEach(step -> text.append("\n    ").append(RawText.quoted(step)));
        append(text, ".dockerignore", ignores);
        append(text, place.dockerfile + ".dockerignore", namedIgnores);
        text.append("\n  context");
        things.forEach(thing -> text.append("\n    ").append(thing));
        return text.toString();
    }

    private static void append(StringBuilder text, String name, List<String> lines) {
        if (lines != null) {
            text.append("\n  ").append(name);
            lines.forEach(line -> text.append("\n    ").append(RawText.quoted(line)));
        }
    }
}
