// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.ExtensionList;
import hudson.model.Descriptor;
import hudson.tasks.Builder;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.ConfigurationContext;
import io.jenkins.plugins.casc.ConfiguratorRegistry;
import io.jenkins.plugins.casc.misc.Util;
import io.jenkins.plugins.treenq.connect.DockerfileBranchProjectFactory;
import io.jenkins.plugins.treenq.connect.DockerfileProjectFactory;
import io.jenkins.plugins.treenq.connect.ImageSettings;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.run.Configured;
import io.jenkins.plugins.treenq.step.TreenqBakeStep;
import io.jenkins.plugins.treenq.step.TreenqBuildStep;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jenkins.branch.OrganizationFolder;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.structs.describable.ArrayType;
import org.jenkinsci.plugins.structs.describable.DescribableModel;
import org.jenkinsci.plugins.structs.describable.DescribableParameter;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/**
 * Verifies that no field of the plugin loses its value when a form is saved without a change, in the XML, in a snippet,
 * and in Configuration as Code. The objects are created by reflection with a value other than the default one in each
 * field, so that the test also covers the fields of new classes.
 */
@SharedJenkins
class FieldRoundTripTest {
    private static final String PLUGIN = "io.jenkins.plugins.treenq.";

    /** Values of fields whose setters reject an arbitrary text. */
    private static final Map<String, Object> VALID = Map.ofEntries(
            Map.entry("BuildkitBuilder.name", "arm"),
            Map.entry("BuildkitBuilder.address", "tcp://a.example.com:1\ntcp://b.example.com:2"),
            Map.entry("BuildkitBuilder.serverName", "buildkitd"),
            Map.entry("BuildkitBuilder.platforms", List.of("linux/arm64", "linux/arm/v7")),
            Map.entry("FolderConfiguration.defaultBuilder", "arm"),
            Map.entry("Policy.pushTo", List.of("registry.example.com/shop", "docker.io")),
            Map.entry("Policy.entitlements", List.of("network.host", "device=a.b/c")),
            Map.entry("Policy.frontends", List.of("dockerfile.v0", "docker.io/docker/dockerfile")),
            Map.entry("Policy.controllerHosts", List.of("minio.internal:9000", "a.example.com")),
            Map.entry("Registry.host", "registry.example.com"),
            Map.entry("Registry.caCertificate", Configured.AUTHORITY),
            Map.entry("Registry.mirrors", List.of("mirror.example.com", "localhost:5000/hub")));

    /** The fields that are not in the form of a branch project, because the branch determines their values. */
    private static final Set<String> OF_BRANCH = Set.of(
            "TreenqBuildStep.tags",
            "TreenqBuildStep.push",
            "TreenqBuildStep.skipIfPresent",
            "TreenqMetadataStep.images",
            "TreenqMetadataStep.ref",
            "TreenqMetadataStep.sha",
            "TreenqMetadataStep.baseRef",
            "TreenqMetadataStep.commitDate",
            "TreenqMetadataStep.event");

    @TempDir
    Path folder;

    private JenkinsRule jenkins;
    private final Set<Class<?>> made = new HashSet<>();

    @BeforeEach
    void start(JenkinsRule rule) {
        jenkins = rule;
    }

    @Test
    void stepsKeepEveryField() throws Exception {
        for (Class<?> type : types(Step.class)) {
            Step step = (Step) make(type);
            String xml = xml(step);
            Map<String, ?> arguments = DescribableModel.uninstantiate2_(step).getArguments();

            assertEquals(xml, xml(new StepConfigTester(jenkins).configRoundTrip(step)), "form");
            assertEquals(xml, xml(DescribableModel.of(type).instantiate(arguments, null)), "snippet");
        }
    }

    @Test
    void freestyleBuildStepsKeepEveryField() throws Exception {
        for (Class<?> type : types(Builder.class)) {
            Builder builder = (Builder) make(type);

            assertEquals(xml(builder), xml(jenkins.configRoundtrip(builder)));
        }
    }

    @Test
    void branchProjectsKeepEveryField() throws Exception {
        WorkflowMultiBranchProject project = jenkins.createProject(WorkflowMultiBranchProject.class, "web");
        project.setProjectFactory((DockerfileBranchProjectFactory) make(DockerfileBranchProjectFactory.class));
        String xml = xml(settings(project));
        jenkins.configRoundtrip(project);
        assertEquals(xml, xml(settings(project)));

        OrganizationFolder shop = jenkins.createProject(OrganizationFolder.class, "shop");
        shop.getProjectFactories().replaceBy(List.of((DockerfileProjectFactory) make(DockerfileProjectFactory.class)));
        xml = xml(shop.getProjectFactories().get(DockerfileProjectFactory.class).getSettings());
        jenkins.configRoundtrip(shop);
        assertEquals(
                xml,
                xml(shop.getProjectFactories()
                        .get(DockerfileProjectFactory.class)
                        .getSettings()));
    }

    private static ImageSettings settings(WorkflowMultiBranchProject project) {
        return ((DockerfileBranchProjectFactory) project.getProjectFactory()).getSettings();
    }

    @Test
    void foldersKeepEveryField() throws Exception {
        assertEquals(Set.of("builders", "registries", "defaultBuilder"), setters(FolderConfiguration.class));
        Folder shop = jenkins.createProject(Folder.class, "shop");
        FolderConfiguration configuration = (FolderConfiguration) make(FolderConfiguration.class);
        shop.addProperty(configuration);

        jenkins.configRoundtrip(shop);

        FolderConfiguration saved = shop.getProperties().get(FolderConfiguration.class);
        assertNotSame(configuration, saved);
        assertEquals(values(configuration), values(saved));
    }

    private static String values(Scope scope) {
        return xml(new ArrayList<>(scope.getBuilders()))
                + xml(new ArrayList<>(scope.getRegistries()))
                + scope.getDefaultBuilder();
    }

    private static String values(TreenqConfiguration configuration) {
        return values((Scope) configuration) + xml(configuration.getPolicy());
    }

    @Test
    void theGlobalConfigurationKeepsEveryField() throws Exception {
        TreenqConfiguration configuration = TreenqConfiguration.get();
        assertEquals(Set.of("builders", "registries", "defaultBuilder", "policy"), setters(TreenqConfiguration.class));
        configuration.setBuilders(List.of((BuildkitBuilder) make(BuildkitBuilder.class)));
        configuration.setRegistries(List.of((Registry) make(Registry.class)));
        configuration.setDefaultBuilder("arm");
        configuration.setPolicy((Policy) make(Policy.class));
        String xml = values(configuration);

        jenkins.configRoundtrip();
        assertEquals(xml, values(configuration), "form");

        String exported =
                Util.toYamlString(Util.getUnclassifiedRoot(new ConfigurationContext(ConfiguratorRegistry.get()))
                        .get("treenq"));
        configuration.restore(new TreenqConfiguration.Values(List.of(), List.of(), null, null));
        ConfigurationAsCode.get()
                .configure(Files.writeString(
                                folder.resolve("jenkins.yaml"), "unclassified:\n  treenq:\n" + exported.indent(4))
                        .toString());
        assertEquals(xml, values(configuration), exported);
    }

    @Test
    void zeroIsNotReplacedByADefaultValue() throws Exception {
        TreenqBuildStep build = new TreenqBuildStep(List.of("web:1"));
        build.setRetries(0);
        TreenqBakeStep bake = new TreenqBakeStep();
        bake.setRetries(0);
        BuildkitBuilder builder = new BuildkitBuilder("arm", "tcp://localhost:1");
        builder.setRetries(0);
        TreenqConfiguration.get().setBuilders(List.of(builder));

        assertEquals(0, new StepConfigTester(jenkins).configRoundTrip(build).getRetries());
        assertEquals(0, new StepConfigTester(jenkins).configRoundTrip(bake).getRetries());
        jenkins.configRoundtrip();
        assertEquals(0, TreenqConfiguration.get().getBuilders().get(0).getRetries());
    }

    /** A {@code configure} block of Job DSL can write such XML. */
    @Test
    void fieldsThatAreMissingInTheXmlHaveTheirDefaultValues() throws Exception {
        for (Class<?> type : types(Object.class)) {
            // Only Jenkins itself writes these.
            if (type == TreenqConfiguration.class || type == Policy.class) {
                continue;
            }
            Map<String, Object> required = new LinkedHashMap<>();
            for (DescribableParameter field : DescribableModel.of(type).getParameters()) {
                if (field.isRequired()) {
                    String name = type.getSimpleName() + "." + field.getName();
                    required.put(field.getName(), VALID.containsKey(name) ? VALID.get(name) : value(field, Set.of()));
                }
            }
            String xml = xml(DescribableModel.of(type).instantiate(required, null));
            String without = xml.lines()
                    .filter(line -> !line.matches(" {2}<[^/].*(</.*>|/>)")
                            || required.containsKey(line.replaceFirst(" *<([A-Za-z]*).*", "$1")))
                    .collect(Collectors.joining("\n"));

            assertEquals(xml, Jenkins.XSTREAM2.toXML(Jenkins.XSTREAM2.fromXML(without)), without);
        }
    }

    @Test
    void noClassIsLeftOut() throws Exception {
        for (Class<?> type : types(Step.class)) {
            make(type);
        }
        for (Class<?> type : types(Builder.class)) {
            make(type);
        }
        make(DockerfileBranchProjectFactory.class);
        make(DockerfileProjectFactory.class);
        make(FolderConfiguration.class);
        make(Policy.class);
        made.add(TreenqConfiguration.class);

        assertThat(
                types(Object.class).stream()
                        .filter(type -> !made.contains(type))
                        .toList(),
                empty());
        assertThat(made.size(), greaterThan(20));
    }

    /** Returns the classes with a form and at least one field. */
    private static List<Class<?>> types(Class<?> base) {
        List<Class<?>> types = new ArrayList<>();
        for (Descriptor<?> descriptor : ExtensionList.lookup(Descriptor.class)) {
            Class<?> type = descriptor.clazz;
            if (type.getName().startsWith(PLUGIN) && base.isAssignableFrom(type) && hasFields(type)) {
                types.add(type);
            }
        }
        types.sort(Comparator.comparing(Class::getName));
        return types;
    }

    private static boolean hasFields(Class<?> type) {
        return !setters(type).isEmpty()
                || Stream.of(type.getConstructors())
                        .anyMatch(constructor -> constructor.isAnnotationPresent(DataBoundConstructor.class)
                                && constructor.getParameterCount() > 0);
    }

    private static Set<String> setters(Class<?> type) {
        return Stream.of(type.getMethods())
                .filter(method -> method.isAnnotationPresent(DataBoundSetter.class))
                .map(method -> Introspector.decapitalize(method.getName().substring("set".length())))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the XML of an object, which is also the XML of what is read from it. */
    private static String xml(Object object) {
        String xml = Jenkins.XSTREAM2.toXML(object);
        assertEquals(xml, Jenkins.XSTREAM2.toXML(Jenkins.XSTREAM2.fromXML(xml)));
        return xml;
    }

    private Object make(Class<?> type) throws Exception {
        return make(type, Set.of());
    }

    /** Returns an object with a value other than the default one in each field but those in the set. */
    private Object make(Class<?> type, Set<String> without) throws Exception {
        made.add(type);
        DescribableModel<?> model = DescribableModel.of(type);
        Map<String, Object> values = new LinkedHashMap<>();
        List<String> primitives = new ArrayList<>();
        for (DescribableParameter field : model.getParameters()) {
            String name = type.getSimpleName() + "." + field.getName();
            if (without.contains(name)) {
                continue;
            }
            if (field.getErasedType().isPrimitive()) {
                primitives.add(field.getName());
            } else {
                values.put(
                        field.getName(),
                        VALID.containsKey(name)
                                ? VALID.get(name)
                                : value(field, type == ImageSettings.class ? OF_BRANCH : without));
            }
        }
        Object initial = model.instantiate(values, null);
        for (PropertyDescriptor property :
                Introspector.getBeanInfo(type, Object.class).getPropertyDescriptors()) {
            if (primitives.remove(property.getName())) {
                Object value = property.getReadMethod().invoke(initial);
                values.put(property.getName(), value instanceof Boolean flag ? !flag : (Object) ((Integer) value + 3));
            }
        }
        assertThat(type + " has no getters of these fields", primitives, empty());
        return model.instantiate(values, null);
    }

    private Object value(DescribableParameter field, Set<String> without) throws Exception {
        Class<?> type = field.getErasedType();
        if (field.getType() instanceof ArrayType list) {
            Class<?> element = (Class<?>) list.getElementType().getActualType();
            if (element == String.class) {
                return List.of("A=1 <i>&lt; \"'${B}", "B= ü\\", "\"C=first\\n\"\nsecond\n \"");
            }
            List<Object> all = new ArrayList<>();
            for (Class<?> each : types(element)) {
                all.add(make(each, without));
            }
            assertThat(field.getName(), all.size(), greaterThan(0));
            return all;
        }
        if (type == String.class) {
            return field.getName() + " <i>&lt; \"'${B} ü\\";
        }
        if (type == Integer.class) {
            return 3;
        }
        return type.isEnum() ? type.getEnumConstants()[type.getEnumConstants().length - 1] : make(type, without);
    }
}
