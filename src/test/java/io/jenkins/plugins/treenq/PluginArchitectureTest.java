// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/**
 * Verifies the table of the plugin's packages in docs/architecture.md. The client has an ArchitectureTest of its own.
 */
class PluginArchitectureTest {
    private static final String PLUGIN = "io.jenkins.plugins.treenq";
    private static final String CLIENT = PLUGIN + ".buildkit";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(PLUGIN);

    @Test
    void onlyTheClientUsesGrpc() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CLIENT + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.grpc..", "io.netty..", "com.google.protobuf..", CLIENT + ".wire..")
                .check(CLASSES);
    }

    @Test
    void metadataDoesNotUseJenkins() {
        noClasses()
                .that()
                .resideInAPackage(PLUGIN + ".metadata")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("hudson..", "jenkins..", "org.jenkinsci..", "org.kohsuke..")
                .check(CLASSES);
    }

    @Test
    void packagesImportOnlyWhatTheTableAllows() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage(PLUGIN + "..")
                .layer("connect")
                .definedBy(PLUGIN + ".connect")
                .layer("step")
                .definedBy(PLUGIN + ".step")
                .layer("rollback")
                .definedBy(PLUGIN + ".rollback")
                .layer("agent")
                .definedBy(PLUGIN + ".agent")
                .layer("run")
                .definedBy(PLUGIN + ".run")
                .layer("config")
                .definedBy(PLUGIN + ".config")
                .layer("credentials")
                .definedBy(PLUGIN + ".credentials")
                .layer("metadata")
                .definedBy(PLUGIN + ".metadata")
                .layer("parameters")
                .definedBy(PLUGIN + ".parameters")
                .layer("pool")
                .definedBy(PLUGIN + ".pool")
                .layer("report")
                .definedBy(PLUGIN + ".report")
                .layer("timeline")
                .definedBy(PLUGIN + ".timeline")
                .layer("client")
                .definedBy(CLIENT + "..")
                .whereLayer("connect")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("connect")
                .mayOnlyAccessLayers("step", "run", "report", "parameters", "client")
                .whereLayer("step")
                .mayOnlyBeAccessedByLayers("connect")
                .whereLayer("rollback")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("rollback")
                .mayOnlyAccessLayers("run", "report", "client")
                .whereLayer("agent")
                .mayOnlyBeAccessedByLayers("run")
                .whereLayer("agent")
                .mayNotAccessAnyLayer()
                .whereLayer("run")
                .mayOnlyBeAccessedByLayers("connect", "step", "rollback")
                .whereLayer("config")
                .mayOnlyAccessLayers("credentials", "client")
                .whereLayer("credentials")
                .mayOnlyAccessLayers("client")
                .whereLayer("metadata")
                .mayNotAccessAnyLayer()
                .whereLayer("metadata")
                .mayOnlyBeAccessedByLayers("step", "run", "report")
                .whereLayer("parameters")
                .mayOnlyAccessLayers("credentials", "client")
                .whereLayer("pool")
                .mayOnlyAccessLayers("client")
                .whereLayer("pool")
                .mayOnlyBeAccessedByLayers("run")
                .whereLayer("report")
                .mayOnlyAccessLayers("timeline", "metadata", "client")
                .whereLayer("timeline")
                .mayOnlyAccessLayers("client")
                .whereLayer("client")
                .mayNotAccessAnyLayer()
                .check(CLASSES);
    }

    @Test
    void thereAreNoCycles() {
        slices().matching(PLUGIN + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }
}
