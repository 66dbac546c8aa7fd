// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * The Dockerfile and the arguments of a build. Secret values are masked before this object leaves the agent.
 *
 * @param file name of the Dockerfile
 * @param text text of the Dockerfile; empty if the daemon fetches the Dockerfile
 * @param clipped whether the text or the list of arguments is truncated
 * @param arguments options of the frontend, such as {@code target} and {@code build-arg:VERSION}
 */
@ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
public record BuildSource(
        @Exported String file,
        @Exported String text,
        @Exported boolean clipped,
        @Exported List<Argument> arguments) implements Serializable {
    static final int MOST_TEXT_CHARS = 64 << 10;
    static final int MOST_ARGUMENTS = 200;
    static final int LONGEST_NAME = 200;
    static final int LONGEST_VALUE = 1000;

    public BuildSource {
        arguments = List.copyOf(arguments);
    }

    /** An option of the frontend. */
    @ExportedBean(defaultVisibility = TimelinePage.ALWAYS)
    public record Argument(@Exported String name, @Exported String value) implements Serializable {}

    /**
     * Returns the source of a build, truncated to the limits.
     *
     * @param mask masks secrets in a line of text
     */
    public static BuildSource of(String file, String text, Map<String, String> arguments, UnaryOperator<String> mask) {
        boolean clipped = text.length() > MOST_TEXT_CHARS || arguments.size() > MOST_ARGUMENTS;
        List<String> lines = text.lines().limit(MOST_TEXT_CHARS).map(mask).toList();
        List<Argument> some = new ArrayList<>();
        new TreeMap<>(arguments)
                .entrySet().stream()
                        .limit(MOST_ARGUMENTS)
                        .forEach(argument -> some.add(new Argument(
                                clipped(mask.apply(argument.getKey()), LONGEST_NAME),
                                clipped(lines(argument.getValue(), mask), LONGEST_VALUE))));
        return new BuildSource(
                clipped(mask.apply(file), LONGEST_NAME),
                clipped(String.join("\n", lines), MOST_TEXT_CHARS),
                clipped,
                some);
    }

    private static String lines(String text, UnaryOperator<String> mask) {
        return String.join("\n", text.lines().map(mask).toList());
    }

    private static String clipped(String text, int longest) {
        return text.length() > longest ? text.substring(0, longest) : text;
    }
}
