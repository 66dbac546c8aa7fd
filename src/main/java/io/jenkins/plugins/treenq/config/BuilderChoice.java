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
 * Selects the builder of a job from several builders.
 *
 * @param builders the builders that the job can use
 * @param defaultName name of the builder for jobs that name none; null for the first builder
 */
record BuilderChoice(
        List<BuildkitBuilder> builders, @CheckForNull String defaultName) {
    /**
     * Returns the builder that the job names, or the default builder. If the job names no builder and the default
     * builder is draining or does not support the platforms, returns the first other builder that accepts the build.
     *
     * @param name name of the builder; null if the job names none
     * @param platforms platforms that the job requests; empty for the builder's own platforms
     * @throws AbortException if no builder accepts the build; the message says why
     */
    BuildkitBuilder choose(@CheckForNull String name, List<String> platforms) throws AbortException {
        if (name != null) {
            BuildkitBuilder named = named(name);
            String rejection = rejection(named, platforms);
            if (rejection != null) {
                throw new AbortException("builder '" + name + "' " + rejection
                        + "; name another builder, or omit builder to use a suitable one");
            }
            return named;
        }
        BuildkitBuilder defaultBuilder = defaultBuilder();
        List<String> reasons = new ArrayList<>();
        List<BuildkitBuilder> defaultFirst = new ArrayList<>(builders);
        defaultFirst.remove(defaultBuilder);
        defaultFirst.add(0, defaultBuilder);
        for (BuildkitBuilder builder : defaultFirst) {
            String rejection = rejection(builder, platforms);
            if (rejection == null
                    && platforms.isEmpty()
                    && !builder.getPlatforms().equals(defaultBuilder.getPlatforms())) {
                // A builder with other platforms would build a different image.
                rejection = "is for other platforms than '" + defaultBuilder.getName() + "'";
            }
            if (rejection == null) {
                return builder;
            }
            reasons.add("'" + builder.getName() + "' " + rejection);
        }
        throw new AbortException("no builder is suitable: " + String.join(", ", reasons));
    }

    /**
     * Returns the builders for jobs that name none, with the platforms that each of them builds.
     *
     * @return the platforms by the name of the builder, in the order of the platforms
     * @throws AbortException if there is no builder for a platform; the message says why
     */
    Map<String, List<String>> divide(List<String> platforms) throws AbortException {
        Map<String, List<String>> platformsByBuilder = new LinkedHashMap<>();
        for (String platform : platforms) {
            platformsByBuilder
                    .computeIfAbsent(choose(null, List.of(platform)).getName(), name -> new ArrayList<>())
                    .add(platform);
        }
        return platformsByBuilder;
    }

    /**
     * Returns the builder with this name.
     *
     * @throws AbortException if there is no such builder; the message lists the names of the existing ones
     */
    BuildkitBuilder named(String name) throws AbortException {
        return find(name, "builder '");
    }

    private BuildkitBuilder defaultBuilder() throws AbortException {
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
    private static String rejection(BuildkitBuilder builder, List<String> platforms) {
        if (builder.isDraining()) {
            return "is draining and takes no new builds";
        }
        return builder.supports(platforms)
                ? null
                : "builds for " + String.join(", ", builder.getPlatforms()) + ", not for "
                        + String.join(", ", platforms);
    }
}
