// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.SourceLocation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Prints what the frontend's build checks have found, and fails if a rule is violated. */
final class CheckReport {
    private CheckReport() {}

    /**
     * Prints the violated rules that the frontend has found.
     *
     * @throws BuildkitException.BuildFailedException if the Dockerfile cannot be built at all
     */
    static Lint print(Lint lint, Console console) throws BuildkitException.BuildFailedException {
        for (Lint.Warning warning : lint.warnings()) {
            // The Dockerfile chooses the frontend, whose texts could otherwise forge lines of the log.
            console.print(BuildkitException.oneLine("WARNING: " + warning.rule() + ": " + warning.detail()
                    + (warning.url().isEmpty() ? "" : " - " + warning.url())));
            console.print(warning.location());
        }
        if (lint.problem() != null) {
            console.print(lint.problem().location());
            throw new BuildkitException.BuildFailedException(
                    lint.problem().message(), lint.problem().location(), -1, null);
        }
        return lint;
    }

    /**
     * Prints the result of a check that is not followed by a build.
     *
     * @param failOnWarning whether a violated rule is a failure
     * @throws BuildkitException.BuildFailedException if the check fails
     */
    static void report(Lint lint, boolean failOnWarning, Console console)
            throws BuildkitException.BuildFailedException {
        if (print(lint, console).warnings().isEmpty()) {
            console.print("The Dockerfile violates no rule");
        }
        if (failOnWarning) {
            refuse(lint);
        }
    }

    /** @throws BuildkitException.BuildFailedException if a rule is violated */
    static void refuse(Lint lint) throws BuildkitException.BuildFailedException {
        if (lint.warnings().isEmpty()) {
            return;
        }
        Map<String, List<String>> places = new LinkedHashMap<>();
        for (Lint.Warning warning : lint.warnings()) {
            SourceLocation place = warning.location();
            places.computeIfAbsent(warning.rule(), rule -> new ArrayList<>())
                    .add(place == null ? "" : place.file() + ":" + place.line());
        }
        String rules = places.entrySet().stream()
                .map(rule -> rule.getKey() + places(rule.getValue()))
                .collect(Collectors.joining(", "));
        Lint.Warning first = lint.warnings().get(0);
        throw new BuildkitException.BuildFailedException(
                lint.warnings().size() == 1
                        ? "the Dockerfile breaks a rule: "
                                + (first.location() == null
                                        ? ""
                                        : first.location().file() + ":"
                                                + first.location().line() + ": ")
                                + first.rule() + ": " + first.detail()
                                + (first.url().isEmpty() ? "" : " (" + first.url() + ")")
                        : "the Dockerfile breaks rules: " + rules + "; their descriptions are above",
                first.location(),
                -1,
                null);
    }

    private static String places(List<String> places) {
        String known =
                places.stream().filter(place -> !place.isEmpty()).distinct().collect(Collectors.joining(", "));
        return known.isEmpty() ? "" : " (" + known + ")";
    }
}
