// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.harness;

import io.jenkins.plugins.treenq.buildkit.Daemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/**
 * Skips the classes whose tests are repeated for each daemon if there is no daemon, and records how many tests they
 * have. Surefire would count none of them, because these tests are created for each daemon.
 */
public final class DaemonCondition implements ExecutionCondition {
    private static final String SOURCE = Daemon.class.getName() + "#all";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (Daemon.areGiven()
                || context.getTestMethod().isPresent()
                || context.getTestClass().isEmpty()) {
            return ConditionEvaluationResult.enabled("");
        }
        Class<?> tests = context.getRequiredTestClass();
        MethodSource source = tests.getAnnotation(MethodSource.class);
        if (source == null || !List.of(source.value()).contains(SOURCE)) {
            return ConditionEvaluationResult.enabled("");
        }
        write(tests);
        return ConditionEvaluationResult.disabled(Daemon.NEEDED);
    }

    private static void write(Class<?> tests) {
        int count = AnnotationSupport.findAnnotatedMethods(tests, Testable.class, HierarchyTraversalMode.TOP_DOWN)
                .size();
        try {
            Files.writeString(
                    Files.createDirectories(Path.of("target")).resolve("without-daemon"),
                    tests.getName() + " " + count + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
