// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.jenkins.plugins.treenq.config.BuildkitBuilder;
import io.jenkins.plugins.treenq.config.Policy;
import io.jenkins.plugins.treenq.config.Registry;
import io.jenkins.plugins.treenq.parameters.BuildOutput;
import io.jenkins.plugins.treenq.parameters.BuildSecret;
import io.jenkins.plugins.treenq.parameters.RegistryCache;
import io.jenkins.plugins.treenq.parameters.S3Cache;
import io.jenkins.plugins.treenq.parameters.SshAgentAccess;
import io.jenkins.plugins.treenq.parameters.SshKeyAccess;
import java.beans.Introspector;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.codehaus.groovy.ast.CodeVisitorSupport;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.MapExpression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.expr.TupleExpression;
import org.codehaus.groovy.control.CompilationUnit;
import org.codehaus.groovy.control.Phases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kohsuke.stapler.ClassDescriptor;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** Verifies that all parameters of steps and of the configuration have a help text and are in the documentation. */
class ParameterDocumentationTest {
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");
    private static final Pattern GROOVY = Pattern.compile("(?ms)^```groovy\\n(.*?)^```");

    /** The functions of this plugin that a Jenkinsfile can call, with the classes that have their arguments. */
    private static final Map<String, Class<?>> FUNCTIONS = Map.ofEntries(
            Map.entry("treenqBuild", TreenqBuildStep.class),
            Map.entry("treenqBake", TreenqBakeStep.class),
            Map.entry("treenqCheck", TreenqCheckStep.class),
            Map.entry("treenqInspect", TreenqInspectStep.class),
            Map.entry("treenqPromote", TreenqPromoteStep.class),
            Map.entry("treenqMetadata", TreenqMetadataStep.class),
            Map.entry("secret", BuildSecret.class),
            Map.entry("sshKey", SshKeyAccess.class),
            Map.entry("sshAgent", SshAgentAccess.class),
            Map.entry("output", BuildOutput.class),
            Map.entry("registryCache", RegistryCache.class),
            Map.entry("s3Cache", S3Cache.class));

    private static final List<String> COLUMNS = List.of("argument", "attribute");

    static Stream<Arguments> documented() {
        return Stream.of(
                Arguments.of(TreenqBuildStep.class, "pipeline.md", "Arguments"),
                Arguments.of(TreenqBakeStep.class, "pipeline.md", "Building many images: bake files"),
                Arguments.of(TreenqInspectStep.class, "pipeline.md", "Inspecting an image"),
                Arguments.of(TreenqPromoteStep.class, "pipeline.md", "Promoting an image"),
                Arguments.of(TreenqMetadataStep.class, "metadata.md", "Arguments"),
                Arguments.of(BuildkitBuilder.class, "configuration.md", "Builders"),
                Arguments.of(Registry.class, "configuration.md", "Registries"),
                Arguments.of(Policy.class, "configuration.md", "Policy"));
    }

    @ParameterizedTest
    @MethodSource("documented")
    void theTableOfTheDocumentationHasExactlyTheParameters(Class<?> type, String page, String heading)
            throws Exception {
        Set<String> names = new TreeSet<>();
        int column = -1;
        for (String line : section(page, heading).lines().toList()) {
            List<String> cells =
                    Arrays.stream(line.split("\\|")).map(String::trim).toList();
            if (column < 0) {
                column = COLUMNS.stream().mapToInt(cells::indexOf).max().orElse(-1);
            } else if (!line.startsWith("|")) {
                break;
            } else {
                names.addAll(names(cells.get(column)));
            }
        }

        assertEquals(parameters(type), names);
    }

    @Test
    void theDocumentationListsTheParametersOfTheStepThatChecksADockerfile() throws Exception {
        String paragraph = Arrays.stream(
                        section("pipeline.md", "Checking a Dockerfile").split("\n\n"))
                .filter(text -> text.startsWith("`treenqCheck`"))
                .findFirst()
                .orElseThrow();
        Set<String> missing = parameters(TreenqCheckStep.class);
        missing.removeAll(names(paragraph));

        assertEquals(Set.of(), missing);
    }

    @Test
    void theExamplesForJenkinsfilesHaveOnlyArgumentsThatExist() throws Exception {
        List<String> unknown = new ArrayList<>();
        int calls = 0;
        for (Path page : pages()) {
            for (MatchResult example :
                    GROOVY.matcher(Files.readString(page)).results().toList()) {
                for (Call call : calls(example.group(1))) {
                    calls++;
                    call.arguments().stream()
                            .filter(name ->
                                    !parameters(FUNCTIONS.get(call.function())).contains(name))
                            .forEach(name -> unknown.add(page + ": " + call.function() + " has no argument " + name));
                }
            }
        }

        assertEquals(List.of(), unknown);
        assertTrue(calls > FUNCTIONS.size());
    }

    /** A call of a function of this plugin in an example, with the names of its arguments. */
    private record Call(String function, List<String> arguments) {}

    private static List<Call> calls(String script) {
        List<Call> calls = new ArrayList<>();
        CompilationUnit compilation = new CompilationUnit();
        compilation.addSource("Example", script);
        compilation.compile(Phases.CONVERSION);
        CodeVisitorSupport visitor = new CodeVisitorSupport() {
            @Override
            public void visitMethodCallExpression(MethodCallExpression call) {
                if (call.isImplicitThis() && FUNCTIONS.containsKey(call.getMethodAsString())) {
                    List<String> names = new ArrayList<>();
                    for (Expression each : ((TupleExpression) call.getArguments()).getExpressions()) {
                        if (each instanceof MapExpression named) {
                            named.getMapEntryExpressions()
                                    .forEach(entry ->
                                            names.add(entry.getKeyExpression().getText()));
                        }
                    }
                    calls.add(new Call(call.getMethodAsString(), names));
                }
                super.visitMethodCallExpression(call);
            }
        };
        compilation.getAST().getModules().forEach(module -> module.getStatementBlock()
                .visit(visitor));
        return calls;
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(Path.of("docs"))) {
            return Stream.concat(Stream.of(Path.of("README.md")), docs.filter(file -> file.toString()
                            .endsWith(".md")))
                    .toList();
        }
    }

    @Test
    void everyParameterHasAHelpText() {
        Set<String> missing = new TreeSet<>();
        for (JavaClass each : new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.jenkins.plugins.treenq")) {
            if (each.getConstructors().stream().anyMatch(made -> made.isAnnotatedWith(DataBoundConstructor.class))) {
                Class<?> type = each.reflect();
                parameters(type).stream()
                        .filter(name -> !hasHelp(type, name))
                        .forEach(name -> missing.add(type.getSimpleName() + "." + name));
            }
        }

        assertEquals(Set.of(), missing);
    }

    /** Tells whether the class or one of its superclasses has a help text for the parameter, as Jenkins looks it up. */
    private static boolean hasHelp(Class<?> type, String parameter) {
        return Stream.<Class<?>>iterate(type, each -> each != null, Class::getSuperclass)
                .anyMatch(each -> type.getClassLoader()
                                .getResource(each.getName().replace('.', '/') + "/help-" + parameter + ".html")
                        != null);
    }

    private static Set<String> parameters(Class<?> type) {
        Set<String> names = new TreeSet<>();
        names.addAll(List.of(new ClassDescriptor(type).loadConstructorParamNames()));
        for (Method method : type.getMethods()) {
            if (method.isAnnotationPresent(DataBoundSetter.class)) {
                names.add(Introspector.decapitalize(method.getName().substring("set".length())));
            }
        }
        return names;
    }

    /** Returns the names in code spans. */
    private static Set<String> names(String text) {
        Set<String> names = new TreeSet<>();
        NAME.matcher(text).results().forEach(name -> names.add(name.group(1)));
        return names;
    }

    /** Returns the part of a page below a heading of the second level. */
    private static String section(String page, String heading) throws IOException {
        String text = Files.readString(Path.of("docs", page));
        String from = text.substring(text.indexOf("\n## " + heading + "\n") + 1);
        int end = from.indexOf("\n## ");
        return end < 0 ? from : from.substring(0, end);
    }
}
