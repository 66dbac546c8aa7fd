// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.junit.jupiter.api.Test;

/** Verifies the table of the client's packages in docs/architecture.md. */
class ArchitectureTest {
    private static final String CLIENT = "io.jenkins.plugins.treenq.buildkit";
    private static final String WIRE = CLIENT + ".wire..";
    private static final String[] FOREIGN = {"io.grpc..", "io.netty..", "com.google.protobuf..", WIRE};

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(CLIENT);

    @Test
    void theClientDoesNotUseJenkins() {
        noClasses()
                .that()
                .resideInAPackage(CLIENT + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("hudson..", "jenkins..", "org.jenkinsci..", "org.kohsuke..", "org.jvnet..")
                .check(CLASSES);
    }

    @Test
    void packagesImportOnlyWhatTheTableAllows() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage(CLIENT + "..")
                .layer("values")
                .definedBy(CLIENT)
                .layer("wire")
                .definedBy(WIRE)
                .layer("files")
                .definedBy(CLIENT + ".files")
                .layer("fsutil")
                .definedBy(CLIENT + ".fsutil")
                .layer("keys")
                .definedBy(CLIENT + ".keys")
                .layer("keyfiles")
                .definedBy(CLIENT + ".keyfiles")
                .layer("threads")
                .definedBy(CLIENT + ".threads")
                .layer("compression")
                .definedBy(CLIENT + ".compression")
                .layer("transport")
                .definedBy(CLIENT + ".transport")
                .layer("ssh")
                .definedBy(CLIENT + ".ssh")
                .layer("registry")
                .definedBy(CLIENT + ".registry")
                .layer("images")
                .definedBy(CLIENT + ".images")
                .layer("inputs")
                .definedBy(CLIENT + ".inputs")
                .layer("session")
                .definedBy(CLIENT + ".session")
                .layer("filesync")
                .definedBy(CLIENT + ".filesync")
                .layer("filesend")
                .definedBy(CLIENT + ".filesend")
                .layer("content")
                .definedBy(CLIENT + ".content")
                .layer("solve")
                .definedBy(CLIENT + ".solve")
                .layer("gateway")
                .definedBy(CLIENT + ".gateway")
                .layer("control")
                .definedBy(CLIENT + ".control")
                .layer("hcl")
                .definedBy(CLIENT + ".hcl")
                .layer("bake")
                .definedBy(CLIENT + ".bake")
                .layer("progress")
                .definedBy(CLIENT + ".progress")
                .layer("vcs")
                .definedBy(CLIENT + ".vcs")
                .layer("client")
                .definedBy(CLIENT + ".client")
                .whereLayer("values")
                .mayNotAccessAnyLayer()
                .whereLayer("wire")
                .mayNotAccessAnyLayer()
                .whereLayer("files")
                .mayNotAccessAnyLayer()
                .whereLayer("fsutil")
                .mayNotAccessAnyLayer()
                .whereLayer("progress")
                .mayOnlyAccessLayers("values")
                .whereLayer("hcl")
                .mayOnlyAccessLayers("values")
                .whereLayer("bake")
                .mayOnlyAccessLayers("values", "hcl")
                .whereLayer("keys")
                .mayNotAccessAnyLayer()
                .whereLayer("keyfiles")
                .mayOnlyAccessLayers("values", "keys")
                .whereLayer("keyfiles")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("threads")
                .mayNotAccessAnyLayer()
                .whereLayer("compression")
                .mayNotAccessAnyLayer()
                .whereLayer("transport")
                .mayOnlyAccessLayers("values", "keys", "threads")
                .whereLayer("ssh")
                .mayOnlyAccessLayers("values", "keys")
                .whereLayer("registry")
                .mayOnlyAccessLayers("values", "keys", "threads")
                .whereLayer("images")
                .mayOnlyAccessLayers("values", "registry", "threads")
                .whereLayer("inputs")
                .mayOnlyAccessLayers("values", "filesync", "images", "threads")
                .whereLayer("filesync")
                .mayOnlyAccessLayers("values", "wire", "files", "fsutil", "compression", "threads")
                .whereLayer("filesend")
                .mayOnlyAccessLayers("values", "wire", "files", "fsutil")
                .whereLayer("content")
                .mayOnlyAccessLayers("values", "wire", "files")
                .whereLayer("session")
                .mayOnlyAccessLayers(
                        "values", "wire", "files", "transport", "ssh", "registry", "threads", "compression")
                .whereLayer("solve")
                .mayOnlyAccessLayers("values", "wire", "transport", "threads")
                .whereLayer("gateway")
                .mayOnlyAccessLayers("values", "wire", "transport", "solve", "threads")
                .whereLayer("control")
                .mayOnlyAccessLayers("values", "wire", "files", "transport", "solve", "threads")
                .whereLayer("vcs")
                .mayOnlyAccessLayers("values", "files")
                .whereLayer("vcs")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("client")
                .mayNotBeAccessedByAnyLayer()
                .check(CLASSES);
    }

    @Test
    void theClientRunsWithoutJgit() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CLIENT + ".vcs")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.eclipse.jgit..")
                .check(CLASSES);
    }

    /** An agent only uses keys, so it does not load the library. */
    @Test
    void onlyKeyfilesUsesMina() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CLIENT + ".keyfiles")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.sshd..")
                .check(CLASSES);
    }

    @Test
    void thereAreNoCycles() {
        slices().matching(CLIENT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void publicSignaturesContainNoGrpcTypes() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        CLIENT,
                        CLIENT + ".progress",
                        CLIENT + ".keys",
                        CLIENT + ".keyfiles",
                        CLIENT + ".ssh",
                        CLIENT + ".registry",
                        CLIENT + ".images")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(FOREIGN)
                .check(CLASSES);
        methods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                .resideInAPackage(CLIENT + ".client")
                .should(showNothingForeign())
                .check(CLASSES);
    }

    private static ArchCondition<JavaMethod> showNothingForeign() {
        DescribedPredicate<JavaClass> foreign = resideInAnyPackage(FOREIGN);
        return new ArchCondition<>("show no type of gRPC, Netty, protobuf or the wire") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                java.util.stream.Stream.concat(
                                method.getRawParameterTypes().stream(),
                                java.util.stream.Stream.concat(
                                        java.util.stream.Stream.of(method.getRawReturnType()),
                                        method.getThrowsClause().getTypes().stream()))
                        .filter(foreign)
                        .forEach(type -> events.add(SimpleConditionEvent.violated(
                                method, method.getFullName() + " shows " + type.getName())));
            }
        };
    }
}
