// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The prefix of an image build's lines in the console: empty, or the image's short name if several builds of a run
 * write at the same time. The prefix stays the same during the whole build, so that the lines of a build step can be
 * grouped.
 */
final class ConsolePrefix {
    private static final int LONGEST_NAME = 60;

    /** The names of the running builds of each run. */
    private static final Map<Run<?, ?>, Set<String>> UNDER_WAY = new HashMap<>();

    private final Run<?, ?> run;
    private final String name;
    private final boolean shown;

    private ConsolePrefix(Run<?, ?> run, String name, boolean shown) {
        this.run = run;
        this.name = name;
        this.shown = shown;
    }

    /**
     * Registers a build that starts.
     *
     * @param name short name of the build, with a colon or a slash; see {@link #name}
     * @param inParallel whether other builds of the run can start while this build is running
     */
    static ConsolePrefix begin(Run<?, ?> run, String name, boolean inParallel) {
        synchronized (UNDER_WAY) {
            Set<String> names = UNDER_WAY.computeIfAbsent(run, first -> new HashSet<>());
            boolean shown = inParallel || !names.isEmpty();
            String unique = name;
            for (int number = 2; !names.add(unique); number++) {
                unique = name + " " + number;
            }
            return new ConsolePrefix(run, unique, shown);
        }
    }

    /** Removes the build, which has ended. */
    void end() {
        synchronized (UNDER_WAY) {
            UNDER_WAY.computeIfPresent(run, (same, names) -> names.remove(name) && names.isEmpty() ? null : names);
        }
    }

    TaskListener before(TaskListener listener) {
        return shown ? new PrefixedListener(listener, "[" + name + "] ") : listener;
    }

    /**
     * Returns the short name of a build. The name contains a colon or a slash, by which {@code ConsoleSteps}
     * distinguishes it from other texts in brackets.
     */
    static String name(DockerfileBuild build) {
        String name;
        if (build.tags().isEmpty()) {
            String context = build.context().equals(".") || build.hasRemoteContext() ? "." : build.context();
            name = context + "/" + (build.subject().contains(" ") ? "Dockerfile" : build.subject());
        } else {
            String last = build.tags().get(0).replaceFirst("^.*/", "").replaceFirst("@.*$", "");
            name = last.contains(":") ? last : last + ":latest";
        }
        String plain = name.replaceAll("[^A-Za-z0-9._:/-]", "-");
        return plain.length() > LONGEST_NAME ? plain.substring(plain.length() - LONGEST_NAME) : plain;
    }
}
