// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.Lint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The lines of a check, whose texts come from a frontend that the Dockerfile chooses. */
class CheckReportTest {
    @Test
    void textsOfAFrontendCannotForgeLinesOfTheLog() throws Exception {
        List<String> log = new ArrayList<>();
        Lint.Warning warning = new Lint.Warning(
                "Rule", "", "a detail\nFinished: SUCCESS\u001b[8mha:", "https://docs.example.com\r\nx", null);

        CheckReport.report(
                new Lint(List.of(warning), null), false, new Console(log::add, UnaryOperator.identity(), null, ""));

        assertEquals(
                List.of("WARNING: Rule: a detail Finished: SUCCESS\uFFFD[8mha: - https://docs.example.com x"), log);
    }
}
