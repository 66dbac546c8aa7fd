// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import hudson.AbortException;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.SourcePolicy;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Restricts the frontends of a build, for a policy that does not allow all of them. The rules follow BuildKit's
 * {@code frontend/dockerfile/builder/build.go} and {@code frontend/gateway/gateway.go}.
 */
final class Frontends {
    /** The frontend that runs the image in its option {@link #SOURCE}. */
    private static final String GATEWAY = "gateway.v0";

    private static final String SOURCE = "source";

    /**
     * The option that makes the Dockerfile frontend run another frontend's image, which is the first word of the value.
     */
    private static final String SYNTAX = "build-arg:BUILDKIT_SYNTAX";

    /**
     * The option by which a Dockerfile frontend recognizes that another frontend started it. With this option, the
     * frontend ignores a line {@code # syntax=} and the option {@link #SYNTAX}.
     */
    private static final String COMMAND_LINE = "cmdline";

    private static final String GATEWAY_OPTIONS = "gateway-";
    private static final String CONTEXT = "context:";
    private static final String REFUSAL = "the administrator's policy on frontends does not allow ";

    private Frontends() {}

    /** Checks whether a frontend is allowed. */
    interface Check {
        /** @throws AbortException if the daemon's built-in frontend with this name is not allowed */
        void builtIn(String name) throws AbortException;

        /** @throws AbortException if the image is not allowed as a frontend, or its name is invalid */
        void image(String name) throws AbortException;
    }

    /**
     * Returns the build with options that ensure that only allowed frontends run.
     *
     * @throws AbortException if the build uses a frontend that is not allowed, or could replace the image of an
     *     allowed one
     */
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
            // A Dockerfile frontend in an image also follows a line '# syntax=', unless this option says that such a
            // line started the frontend.
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

    /** Checks that the image is allowed and that nothing in the build replaces the image by another one. */
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
        // The daemon applies the rules of a source policy to frontends as well. Only the daemon can interpret the
        // rules' patterns and results, therefore all rules that can replace an image are rejected.
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
