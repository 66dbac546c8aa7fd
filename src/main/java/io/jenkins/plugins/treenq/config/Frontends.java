// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import hudson.AbortException;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The frontends that a build may run, where not all are allowed: BuildKit's {@code frontend/dockerfile/builder/build.go} and
 * {@code frontend/gateway/gateway.go}.
 */
final class Frontends {
    /** Runs the image that is its option {@link #SOURCE}. */
    private static final String GATEWAY = "gateway.v0";

    private static final String SOURCE = "source";

    /** Makes the daemon's own frontend for Dockerfiles run the image that is the first word. */
    private static final String SYNTAX = "build-arg:BUILDKIT_SYNTAX";

    /** With it, that frontend thinks that it was run so already, and does not look for a line {@code # syntax=}. */
    private static final String COMMAND_LINE = "cmdline";

    private static final String GATEWAY_OPTIONS = "gateway-";
    private static final String CONTEXT = "context:";

    private Frontends() {}

    interface Check {
        /** @throws AbortException when this frontend, or the image of one, is not allowed */
        void accept(String frontend) throws AbortException;
    }

    /** The build, such that only frontends run that were checked. */
    static DockerfileBuild allowed(DockerfileBuild build, Check check) throws AbortException {
        Map<String, String> options = build.request().options();
        for (String option : options.keySet()) {
            if (option.startsWith(GATEWAY_OPTIONS)) {
                throw new AbortException("the administrator's policy on frontends does not allow the option '" + option + "'");
            }
        }
        String frontend = build.request().frontend();
        String image;
        if (frontend.equals(GATEWAY)) {
            image = options.getOrDefault(SOURCE, "");
        } else {
            check.accept(frontend);
            String syntax = options.get(SYNTAX);
            if (syntax == null) {
                return build.withOptions(Map.of(COMMAND_LINE, ""));
            }
            image = syntax.strip().split("\\s", 2)[0];
        }
        check.accept(image);
        requireItself(image, build);
        return build;
    }

    /** A named context of a frontend's name would be run in its place. */
    private static void requireItself(String image, DockerfileBuild build) throws AbortException {
        boolean replaced = Stream.concat(
                        build.contextNames().stream(),
                        build.request().options().keySet().stream()
                                .filter(option -> option.startsWith(CONTEXT))
                                .map(option -> option.substring(CONTEXT.length())))
                .anyMatch(context -> repository(context.replaceFirst("::.*", "")).equals(repository(image)));
        if (replaced) {
            throw new AbortException(
                    "the administrator's policy on frontends does not allow a named context in place of '" + image + "'");
        }
    }

    private static String repository(String text) {
        try {
            return ImageName.parse(text).name();
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
