// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import hudson.AbortException;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.SourcePolicy;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The frontends that a build may run, where not all are allowed: BuildKit's
 * {@code frontend/dockerfile/builder/build.go} and {@code frontend/gateway/gateway.go}.
 */
final class Frontends {
    /** Runs the image that is its option {@link #SOURCE}. */
    private static final String GATEWAY = "gateway.v0";

    private static final String SOURCE = "source";

    /** Makes a frontend for Dockerfiles run the image that is the first word. */
    private static final String SYNTAX = "build-arg:BUILDKIT_SYNTAX";

    /**
     * With it, a frontend for Dockerfiles thinks that another one has run it, and looks neither for a line
     * {@code # syntax=} nor at {@link #SYNTAX}.
     */
    private static final String COMMAND_LINE = "cmdline";

    private static final String GATEWAY_OPTIONS = "gateway-";
    private static final String CONTEXT = "context:";
    private static final String REFUSAL = "the administrator's policy on frontends does not allow ";

    private Frontends() {}

    /** What may run. */
    interface Check {
        /** @throws AbortException when the daemon's own frontend of that name is not allowed */
        void builtIn(String name) throws AbortException;

        /** @throws AbortException when the image must not be run as a frontend, or is none */
        void image(String name) throws AbortException;
    }

    /** The build, such that only frontends run that were checked. */
    static DockerfileBuild allowed(DockerfileBuild build, Check check) throws AbortException {
        Map<String, String> options = build.request().options();
        for (String option : options.keySet()) {
            if (option.startsWith(GATEWAY_OPTIONS)) {
                throw new AbortException(REFUSAL + "the option '" + option + "'");
            }
        }
        String frontend = build.request().frontend();
        if (frontend.equals(GATEWAY)) {
            String image = options.getOrDefault(SOURCE, "");
            requireItself(image, build, check);
            // An image that is a frontend for Dockerfiles follows a line '# syntax=', too, unless such a line has led
            // to it.
            return options.containsKey(COMMAND_LINE) ? build : build.withOptions(Map.of(COMMAND_LINE, image));
        }
        check.builtIn(frontend);
        String syntax = options.get(SYNTAX);
        if (syntax == null) {
            return build.withOptions(Map.of(COMMAND_LINE, ""));
        }
        requireItself(syntax.strip().split(" ", 2)[0], build, check);
        return build;
    }

    /** The image is allowed, and nothing else that the build asks for puts another one in its place. */
    private static void requireItself(String image, DockerfileBuild build, Check check) throws AbortException {
        check.image(image);
        boolean replaced = Stream.concat(
                        build.contextNames().stream(),
                        build.request().options().keySet().stream()
                                .filter(option -> option.startsWith(CONTEXT))
                                .map(option -> option.substring(CONTEXT.length())))
                .anyMatch(
                        context -> repository(context.replaceFirst("::.*", "")).equals(repository(image)));
        if (replaced) {
            throw new AbortException(REFUSAL + "a named context in place of '" + image + "'");
        }
        // The daemon applies them to frontends as well, and their patterns and results are its own to interpret.
        SourcePolicy sources = build.request().sourcePolicy();
        if (sources != null
                && sources.rules().stream().anyMatch(rule -> rule.action() == SourcePolicy.Action.CONVERT)) {
            throw new AbortException(REFUSAL + "a sourcePolicy with CONVERT rules for a build that runs '" + image
                    + "', because they can put another image in its place; remove these rules, or let the daemon's own"
                    + " frontend read the Dockerfile");
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
