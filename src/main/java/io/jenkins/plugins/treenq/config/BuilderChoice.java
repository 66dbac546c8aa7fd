// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.AbortException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Which of several builders a job gets.
 *
 * @param builders that the job sees
 * @param defaultName of the one for jobs that name none; null for the first
 */
record BuilderChoice(
        List<BuildkitBuilder> builders, @CheckForNull String defaultName) {
    /**
     * The one that the job names, or the default one. While that one is draining, or when it does not build for the
     * platforms, the first other one that will do.
     *
     * @param name null when the job names none
     * @param platforms that the job asks for; empty for the builder's own
     * @throws AbortException when none will do; the message says why
     */
    BuildkitBuilder choose(@CheckForNull String name, List<String> platforms) throws AbortException {
        if (name != null) {
            BuildkitBuilder named = named(name);
            String against = against(named, platforms);
            if (against != null) {
                throw new AbortException(
                        "builder '" + name + "' " + against + "; name another one, or none for any that will do");
            }
            return named;
        }
        BuildkitBuilder usual = usual();
        List<String> reasons = new ArrayList<>();
        List<BuildkitBuilder> usualFirst = new ArrayList<>(builders);
        usualFirst.remove(usual);
        usualFirst.add(0, usual);
        for (BuildkitBuilder builder : usualFirst) {
            String against = against(builder, platforms);
            if (against == null
                    && platforms.isEmpty()
                    && !builder.getPlatforms().equals(usual.getPlatforms())) {
                // The image would be another one.
                against = "is for other platforms than '" + usual.getName() + "'";
            }
            if (against == null) {
                return builder;
            }
            reasons.add("'" + builder.getName() + "' " + against);
        }
        throw new AbortException("no builder will do: " + String.join(", ", reasons));
    }

    /**
     * The builders that a job gets which names none, each with the platforms that are its own.
     *
     * @return by name, in the order of the platforms
     * @throws AbortException when there is none for a platform; the message says why
     */
    Map<String, List<String>> divide(List<String> platforms) throws AbortException {
        Map<String, List<String>> divided = new LinkedHashMap<>();
        for (String platform : platforms) {
            divided.computeIfAbsent(choose(null, List.of(platform)).getName(), name -> new ArrayList<>())
                    .add(platform);
        }
        return divided;
    }

    /** @throws AbortException when there is none of that name; the message says which there are */
    BuildkitBuilder named(String name) throws AbortException {
        return find(name, "builder '");
    }

    private BuildkitBuilder usual() throws AbortException {
        return defaultName == null && !builders.isEmpty()
                ? builders.get(0)
                : find(defaultName, "the default builder '");
    }

    private BuildkitBuilder find(String name, String what) throws AbortException {
        if (builders.isEmpty()) {
            throw new AbortException("no builder is configured; ask an administrator to add one in"
                    + " Manage Jenkins » System » Treenq Build");
        }
        for (BuildkitBuilder builder : builders) {
            if (builder.getName().equals(name)) {
                return builder;
            }
        }
        throw new AbortException(what + name + "' is not configured; the configured builders are "
                + builders.stream().map(b -> "'" + b.getName() + "'").collect(Collectors.joining(", ")));
    }

    @CheckForNull
    private static String against(BuildkitBuilder builder, List<String> platforms) {
        if (builder.isDraining()) {
            return "is draining and takes no new builds";
        }
        return builder.builds(platforms)
                ? null
                : "builds for " + String.join(", ", builder.getPlatforms()) + ", not for "
                        + String.join(", ", platforms);
    }
}
