// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.hamcrest.Matchers.stringContainsInOrder;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.ExtensionList;
import hudson.util.FormValidation;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.ConfigurationContext;
import io.jenkins.plugins.casc.ConfiguratorException;
import io.jenkins.plugins.casc.ConfiguratorRegistry;
import io.jenkins.plugins.casc.SecretSource;
import io.jenkins.plugins.casc.misc.Util;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Tls;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.harness.SharedJenkins;
import io.jenkins.plugins.treenq.run.Configured;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.html.HtmlElement;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;

@SharedJenkins
class TreenqConfigurationTest {
    @TempDir
    Path folder;

    private JenkinsRule jenkins;

    @BeforeEach
    void start(JenkinsRule rule) {
        jenkins = rule;
    }

    @Test
    void formKeepsTheWholeConfiguration() throws Exception {
        Configured.add(Configured.login("login", "user", "password"));
        TreenqConfiguration configuration = everything();

        jenkins.configRoundtrip();

        jenkins.assertEqualDataBoundBeans(everything().getBuilders(), configuration.getBuilders());
        jenkins.assertEqualDataBoundBeans(everything().getRegistries(), configuration.getRegistries());
        jenkins.assertEqualDataBoundBeans(everything().getPolicy(), configuration.getPolicy());
        assertEquals("arm", configuration.getDefaultBuilder());
    }

    @Test
    void formKeepsAnUnrestrictedPolicyAndCanRemoveThePolicy() throws Exception {
        TreenqConfiguration configuration = TreenqConfiguration.get();
        jenkins.configRoundtrip();
        assertNull(configuration.getPolicy());

        configuration.setPolicy(new Policy());
        jenkins.configRoundtrip();
        jenkins.assertEqualDataBoundBeans(new Policy(), configuration.getPolicy());

        HtmlForm form = jenkins.createWebClient().goTo("configure").getFormByName("config");
        form.getInputByName("_.policy").setChecked(false);
        jenkins.submit(form);
        assertNull(configuration.getPolicy());
    }

    @Test
    void formCanRemoveTheLastBuilder() throws Exception {
        TreenqConfiguration configuration = TreenqConfiguration.get();
        configuration.setBuilders(List.of(new BuildkitBuilder("default", "tcp://localhost:1")));

        HtmlForm form = jenkins.createWebClient().goTo("configure").getFormByName("config");
        HtmlElement delete = form.getFirstByXPath(".//*[@name='builders' and contains(@class, 'repeated-chunk')]"
                + "//button[contains(@class, 'repeatable-delete')]");
        delete.click();
        jenkins.submit(form);

        assertEquals(List.of(), configuration.getBuilders());
    }

    @Test
    void theConfigurationIsLoadedFromTheDisk() {
        everything().save();

        TreenqConfiguration read = new TreenqConfiguration();

        assertEquals("arm", read.getDefaultBuilder());
        assertEquals(
                List.of("tcp://buildkitd.example.com:1234", "tcp://other.example.com:1234"),
                read.getBuilders().get(1).addresses());
        Registry registry = read.getRegistries().get(0);
        assertEquals("login", registry.getCredentialsId());
        assertEquals(Configured.AUTHORITY, registry.getCaCertificate());
        assertEquals(List.of("mirror.example.com", "localhost:5000/hub"), registry.getMirrors());
        assertTrue(registry.isPlainHttp());
    }

    @Test
    void registriesOfAnEarlierVersionAreLoaded() throws Exception {
        String before = "<list><io.jenkins.plugins.treenq.config.Registry><host>registry.example.com</host>"
                + "<credentialsId>login</credentialsId></io.jenkins.plugins.treenq.config.Registry></list>";

        Registry registry = (Registry) ((List<?>) Jenkins.XSTREAM2.fromXML(before)).get(0);

        assertEquals("login", registry.getCredentialsId());
        assertNull(registry.getCaCertificate());
        assertEquals(List.of(), registry.getMirrors());
        assertEquals("", registry.connection().caPem());
        assertFalse(registry.connection().plainHttp());
    }

    @Test
    void namesAndHostsAreUnique() {
        TreenqConfiguration configuration = TreenqConfiguration.get();

        assertThrows(
                IllegalArgumentException.class,
                () -> configuration.setBuilders(
                        List.of(new BuildkitBuilder("a", "tcp://b:1"), new BuildkitBuilder("a", "tcp://c:1"))));
        assertThrows(
                IllegalArgumentException.class,
                () -> configuration.setRegistries(
                        List.of(new Registry("https://index.docker.io/v1/"), new Registry("registry-1.docker.io"))));
    }

    @Test
    void configurationAsCodeIsImportedAndExportedExactly() throws Exception {
        ConfigurationAsCode.get()
                .configure(getClass()
                        .getResource("TreenqConfigurationTest/import.yaml")
                        .toString());

        TreenqConfiguration configuration = TreenqConfiguration.get();
        assertEquals("arm", configuration.getDefaultBuilder());
        assertEquals(20, configuration.getBuilders().get(1).getConnectTimeoutSeconds());
        assertTrue(configuration.getBuilders().get(0).isCompression());
        assertFalse(configuration.getBuilders().get(1).isCompression());
        assertNull(configuration.getBuilders().get(0).getCredentialsId());
        assertEquals(
                Util.toStringFromYamlFile(this, "TreenqConfigurationTest/export.yaml"),
                Util.toYamlString(Util.getUnclassifiedRoot(new ConfigurationContext(ConfiguratorRegistry.get()))
                        .get("treenq")));
        // The configuration is saved, although no form was submitted.
        assertEquals("arm", new TreenqConfiguration().getDefaultBuilder());
    }

    private void load(String... lines) throws Exception {
        Path file = Files.writeString(
                folder.resolve("jenkins.yaml"), "unclassified:\n  " + String.join("\n  ", lines) + "\n");
        ConfigurationAsCode.get().configure(file.toString());
    }

    @Test
    void attributesThatTheFileNoLongerHasAreReset() throws Exception {
        String builders = "builders: [{name: arm, address: 'tcp://localhost:1'}]";
        for (String left : List.of(builders + ", defaultBuilder: arm", "policy: {pushTo: [docker.io]}", "")) {
            TreenqConfiguration configuration = TreenqConfiguration.get();
            load(
                    "treenq:",
                    "  " + builders,
                    "  registries: [{host: docker.io}]",
                    "  defaultBuilder: arm",
                    "  policy: {frontends: [dockerfile.v0]}");
            assertEquals(1, configuration.getBuilders().size());
            assertNotNull(configuration.getPolicy());

            load("treenq: {" + left + "}");

            int kept = left.startsWith("builders") ? 1 : 0;
            assertEquals(kept, configuration.getBuilders().size(), left);
            assertEquals(List.of(), configuration.getRegistries(), left);
            assertEquals(kept == 1 ? "arm" : null, configuration.getDefaultBuilder(), left);
            assertEquals(left.startsWith("policy"), configuration.getPolicy() != null, left);
            TreenqConfiguration saved = new TreenqConfiguration();
            assertEquals(kept, saved.getBuilders().size(), left);
            assertEquals(left.startsWith("policy"), saved.getPolicy() != null, left);
        }
    }

    @Test
    void attributesThatWereNeverInAFileAreKept() throws Exception {
        TreenqConfiguration configuration = everything();
        Policy policy = configuration.getPolicy();

        for (String file : List.of("registries: [{host: docker.io}]", "registries: []", "")) {
            load("treenq: {" + file + "}");

            assertSame(policy, configuration.getPolicy(), file);
            assertEquals(2, configuration.getBuilders().size(), file);
            assertEquals("arm", configuration.getDefaultBuilder(), file);
            assertNotNull(new TreenqConfiguration().getPolicy(), file);
        }
    }

    @Test
    void attributesOfAFileAreResetAfterARestartAndAChangeInTheForm() throws Exception {
        TreenqConfiguration configuration = TreenqConfiguration.get();
        configuration.setBuilders(List.of(new BuildkitBuilder("arm", "tcp://localhost:1")));
        load("treenq:", "  policy: {pushTo: [docker.io]}", "  DefaultBuilder: arm");
        jenkins.configRoundtrip();
        Policy changed = new Policy();
        changed.setPushTo(List.of("registry.example.com"));
        configuration.setPolicy(changed);
        configuration.setBuilders(List.of(new BuildkitBuilder("arm", "tcp://localhost:1")));
        configuration.save();
        configuration.setGivenByCode(Set.of());
        configuration.load();

        load("treenq:", "  registries: [{host: docker.io}]");

        assertNull(configuration.getPolicy());
        assertNull(configuration.getDefaultBuilder());
        assertEquals(1, configuration.getBuilders().size());
        // The policy was set in the form, and is not in the file.
        configuration.setPolicy(changed);
        load("treenq:", "  registries: [{host: docker.io}]");
        assertSame(changed, configuration.getPolicy());
    }

    @Test
    void aFileWithAnErrorDoesNotResetThePolicy() throws Exception {
        load("treenq: {policy: {pushTo: [docker.io]}}");
        TreenqConfiguration configuration = everything();
        Policy policy = configuration.getPolicy();

        for (String mistake :
                List.of("policy: {frontends: ['x y']}", "no-such: 1", "registries: [{host: a}, {host: a}]")) {
            assertThrows(ConfiguratorException.class, () -> load("treenq:", "  " + mistake), mistake);
            assertSame(policy, configuration.getPolicy(), mistake);
        }
    }

    @Test
    void invalidPolicyEntriesAreRefusedInAFile() {
        Map<String, String> mistakes = Map.of(
                "pushTo: [registry]",
                        "'registry' is neither a registry nor a repository; write registry.example.com or",
                "entitlements: [host]",
                        "'host' is not an entitlement; BuildKit supports network.host, security.insecure and",
                "frontends: ['x y']",
                        "'x' is not a frontend; write dockerfile.v0, or an image with its registry and path",
                "controllerHosts: [a.b/c]", "'a.b/c' is not a host; write a host as in image names, without a path");
        mistakes.forEach((entries, message) -> {
            Throwable reason = assertThrows(
                    ConfiguratorException.class, () -> load("treenq:", "  policy:", "    " + entries), entries);
            while (reason.getCause() != null) {
                reason = reason.getCause();
            }
            assertThat(reason.getMessage(), startsWith(message));
            assertNull(TreenqConfiguration.get().getPolicy(), entries);
        });
    }

    private static List<String> yamlOf(String page) throws Exception {
        return Pattern.compile("(?ms)^ *```yaml\\n(.*?)^ *```$")
                .matcher(Files.readString(Path.of(page)))
                .results()
                .map(block -> block.group(1).stripIndent())
                .filter(block -> block.contains("\n  treenq:\n"))
                .toList();
    }

    /** Loads the YAML of the documentation, with the secrets that it refers to. */
    @Test
    void theYamlOfTheDocumentationIsValid() throws Exception {
        Daemon daemon = Daemon.first();
        Map<String, String> secrets = Map.of(
                "BUILDKIT_CLIENT_KEY", daemon.keyPem(),
                "BUILDKIT_CLIENT_CERTIFICATE", daemon.certificatePem(),
                "BUILDKIT_CA_CERTIFICATE", daemon.caPem(),
                "REGISTRY_PASSWORD", "s3cret",
                "REGISTRY_CA_CERTIFICATE", Configured.AUTHORITY);
        SecretSource source = new SecretSource() {
            @Override
            public Optional<String> reveal(String name) {
                return Optional.ofNullable(secrets.get(name));
            }
        };
        ExtensionList.lookup(SecretSource.class).add(source);
        TreenqConfiguration configuration = TreenqConfiguration.get();
        List<String> blocks = yamlOf("docs/configuration.md");
        assertEquals(2, blocks.size());

        ConfigurationAsCode.get()
                .configure(Files.writeString(folder.resolve("all.yaml"), blocks.get(0))
                        .toString());

        BuildkitBuilder builder = configuration.getBuilders().get(0);
        assertEquals(
                FormValidation.Kind.OK,
                jenkins.jenkins
                        .getDescriptorByType(BuildkitBuilder.DescriptorImpl.class)
                        .doCheckCredentialsId(null, builder.getCredentialsId(), builder.getAddress())
                        .kind);
        Tls tls = builder.endpoint(builder.addresses().get(1), BuildCredentials.untracked(), jenkins.jenkins)
                .tls();
        assertEquals(daemon.caPem().strip(), tls.caPem().strip());
        assertEquals(daemon.certificatePem().strip(), tls.certificatePem().strip());
        Registry registry = configuration.getRegistries().get(0);
        assertEquals(
                "s3cret",
                BuildCredentials.untracked()
                        .configuredLogin(registry.getCredentialsId(), registry.getHost(), jenkins.jenkins)
                        .secret());
        assertEquals(Configured.AUTHORITY, configuration.getRegistries().get(1).getCaCertificate());
        for (String page : List.of("docs/configuration.md", "README.md", "docs/kubernetes.md")) {
            for (String block : yamlOf(page)) {
                ConfigurationAsCode.get()
                        .configure(Files.writeString(folder.resolve("block.yaml"), block)
                                .toString());
            }
        }
        ExtensionList.lookup(SecretSource.class).remove(source);
    }

    /** Invalid files, with the error message of each. */
    private static final Map<String, String> MISTAKES = Map.ofEntries(
            Map.entry(
                    "builders: [{name: a, address: '127.0.0.1:1234'}]",
                    "builder 'a': '127.0.0.1:1234' is not a builder address; write tcp://host:port, dns:///host:port or"
                            + " unix:///path/buildkitd.sock"),
            Map.entry(
                    "builders: [{name: a, address: 'tcp://me:s3cret@host:1'}]",
                    "builder 'a': the builder address 'tcp://…@host:1' has a user name or password, which BuildKit "
                            + "does not support; use client certificates instead"),
            Map.entry(
                    "builders: [{name: a, address: 'tcp://me:s3cret word@host:1'}]",
                    "builder 'a': '…@host:1' is not a builder address; write tcp://host:port, dns:///host:port or"
                            + " unix:///path/buildkitd.sock"),
            Map.entry(
                    "builders: [{name: a, address: ' '}]",
                    "builder 'a': it has no address; write tcp://host:port, dns:///host:port or "
                            + "unix:///path/buildkitd.sock"),
            Map.entry(
                    "builders: [{name: ' ', address: 'tcp://host:1'}]",
                    "A builder has no name; enter the name by which jobs select it"),
            Map.entry(
                    "builders: [{name: a, address: 'tcp://host:1', platforms: [amd64]}]",
                    "builder 'a': 'amd64' is not a platform; write it as os/architecture[/variant], such as "
                            + "linux/amd64"),
            Map.entry(
                    "builders: [{name: a, address: 'tcp://host:1', serverName: 'host:1'}]",
                    "builder 'a': 'host:1' is not a host name of a certificate; write a host without a scheme, "
                            + "port or path:"
                            + " buildkitd.example.com"),
            Map.entry(
                    "builders: [{name: a, address: 'tcp://host:1', limit: -1}]",
                    "builder 'a': limit cannot be -1; enter 0 or more"),
            Map.entry(
                    "builders: [{name: a, address: 'tcp://b:1'}, {name: a, address: 'tcp://c:1'}]",
                    "Two builders have the name 'a'; use a unique name for each builder"),
            Map.entry(
                    "defaultBuilder: b",
                    "The default builder 'b' is not configured; the configured builders are 'default', 'arm'"),
            Map.entry(
                    "{builders: [], defaultBuilder: b}",
                    "The default builder 'b' is not configured, and there are no builders; add the builder, or "
                            + "omit the default builder"),
            Map.entry(
                    "registries: [{host: 'https://r.example.com'}]",
                    "'https://r.example.com' is not the host of a registry; write a host as in image names, "
                            + "without https://"
                            + " and without a path: docker.io, registry.example.com or localhost:5000"),
            Map.entry(
                    "registries: [{host: r.example.com/team}]",
                    "'r.example.com/team' is not the host of a registry; write a host as in image names, "
                            + "without https:// and"
                            + " without a path: docker.io, registry.example.com or localhost:5000"),
            Map.entry(
                    "registries: [{host: 'me:s3cret@r.example.com'}]",
                    "'me:…@r.example.com' is not the host of a registry; write a host as in image names, "
                            + "without https:// and"
                            + " without a path: docker.io, registry.example.com or localhost:5000"),
            Map.entry("registries: [{host: a.io}, {host: a.io}]", "Registry 'a.io' is configured twice; keep one"),
            Map.entry(
                    "registries: [{host: a.io, mirrors: ['http://b.io']}]",
                    "registry 'a.io': 'http://b.io' is not a registry; write a host as in image names, without "
                            + "https://,"
                            + " and a path if the images are below one: mirror.example.com or mirror.example.com/hub"),
            Map.entry(
                    "registries: [{host: a.io, caCertificate: MIIB}]",
                    "registry 'a.io': This is not a certificate in PEM format, which begins with -----BEGIN "
                            + "CERTIFICATE-----"));

    @Test
    void invalidValuesInAFileAreReportedInOneLine() {
        TreenqConfiguration configuration = everything();
        TreenqConfiguration.Values before = configuration.values();
        MISTAKES.forEach((mistake, line) -> {
            ConfiguratorException failure = assertThrows(
                    ConfiguratorException.class,
                    () -> load("treenq: " + (mistake.startsWith("{") ? mistake : "{" + mistake + "}")),
                    mistake);

            assertThat(failure.getErrorMessage(), endsWith(line));
            assertThat(failure.getErrorMessage(), not(containsString("s3cret")));
            assertEquals(before, configuration.values(), mistake);
        });
    }

    @Test
    void thePageOfAFailedReloadShowsTheReason() throws Exception {
        Path file = Files.writeString(
                folder.resolve("jenkins.yaml"),
                "unclassified: {treenq: {builders: [{name: a, address: 'tcp://b:1'}, {name: a, address: "
                        + "'tcp://c:1'}]}}");
        System.setProperty(ConfigurationAsCode.CASC_JENKINS_CONFIG_PROPERTY, file.toString());
        try {
            JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
            WebRequest reload = new WebRequest(
                    new URL(client.getContextPath() + "manage/configuration-as-code/reload"), HttpMethod.POST);

            String page = ((HtmlPage) client.getPage(client.addCrumb(reload))).asNormalizedText();

            assertThat(page, containsString("Two builders have the name 'a'; use a unique name for each builder"));
            assertThat(page, not(containsString("Exception")));
        } finally {
            System.clearProperty(ConfigurationAsCode.CASC_JENKINS_CONFIG_PROPERTY);
        }
    }

    @Test
    void invalidValuesAreRefusedInTheForm() throws Exception {
        TreenqConfiguration configuration = everything();
        Configured.add(Configured.login("login", "user", "password"));
        TreenqConfiguration.Values before = configuration.values();

        assertRefused(
                "_.name", "default", "arm", "Two builders have the name 'arm'; use a unique name for each builder");
        assertRefused(
                "_.host",
                "registry.example.com",
                "https://registry.example.com",
                "'https://registry.example.com' is not the host of a registry; write a host as in image names");
        assertRefused(
                "_.serverName", "buildkitd", "tcp://x", "builder 'arm': 'tcp://x' is not a host name of a certificate");
        assertEquals(before, configuration.values());
    }

    private void assertRefused(String field, String value, String mistake, String line) throws Exception {
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        HtmlForm form = client.goTo("configure").getFormByName("config");
        form.getInputsByName(field).stream()
                .filter(input -> input.getValue().equals(value))
                .forEach(input -> input.setValue(mistake));

        assertThat(((HtmlPage) jenkins.submit(form)).asNormalizedText(), containsString(line));
    }

    @Test
    void aMissingDefaultBuilderIsMarkedInTheList() {
        TreenqConfiguration configuration = everything();

        assertEquals(
                List.of("First builder=", "default=default", "arm=arm", "gone (not configured)=gone"),
                configuration.doFillDefaultBuilderItems("gone").stream()
                        .map(option -> option.name + "=" + option.value)
                        .toList());
        assertEquals(3, configuration.doFillDefaultBuilderItems("arm").size());
    }

    @Test
    void passwordsInAddressesAreNotShownAndServerNamesAreChecked() {
        BuildkitBuilder.DescriptorImpl builder =
                jenkins.jenkins.getDescriptorByType(BuildkitBuilder.DescriptorImpl.class);
        for (String address : List.of("tcp://me:s3cret@host:1", "tcp://me:s3cret word@host:1", "me:s3cret@host")) {
            assertEquals("ERROR", builder.doCheckAddress(null, address).kind.name(), address);
            assertThat(builder.doCheckAddress(null, address).getMessage(), not(containsString("s3cret")));
        }
        assertEquals("OK", builder.doCheckServerName(null, "").kind.name());
        assertEquals(
                "OK",
                builder.doCheckServerName(null, "buildkitd.example.com").kind.name());
        assertEquals("OK", builder.doCheckServerName(null, "::1").kind.name());
        for (String name : List.of("tcp://host", "host:1", "a b", "host/path")) {
            assertEquals("ERROR", builder.doCheckServerName(null, name).kind.name(), name);
        }
    }

    @Test
    void invalidPolicyEntriesAreRefusedInTheForm() throws Exception {
        TreenqConfiguration configuration = everything();
        Policy policy = configuration.getPolicy();
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        HtmlForm form = client.goTo("configure").getFormByName("config");
        form.getTextAreaByName("_.frontends").setText("dockerfile.v0\nx y");

        String answer = jenkins.submit(form).getWebResponse().getContentAsString();

        assertThat(
                answer,
                containsString("is not a frontend; write dockerfile.v0, or an image with its registry and path"));
        assertSame(policy, configuration.getPolicy());
        assertEquals(2, configuration.getBuilders().size());
    }

    @Test
    void addressesAndHostsAreChecked() {
        BuildkitBuilder.DescriptorImpl builder =
                jenkins.jenkins.getDescriptorByType(BuildkitBuilder.DescriptorImpl.class);
        Registry.DescriptorImpl registry = registry();

        assertEquals(
                "OK", builder.doCheckAddress(null, "tcp://localhost:1234").kind.name());
        assertEquals(
                "OK",
                builder.doCheckAddress(null, "unix:///run/buildkit/buildkitd.sock")
                        .kind
                        .name());
        assertEquals(
                "OK",
                builder.doCheckAddress(null, "tcp://a:1\n dns:///b:1,tcp://c:1")
                        .kind
                        .name());
        for (String platforms : List.of("", "linux/amd64, linux/arm/v7")) {
            assertEquals("OK", builder.doCheckPlatforms(null, platforms).kind.name(), platforms);
        }
        for (String platforms : List.of("amd64", "linux/amd64 linux/amd64")) {
            assertEquals("ERROR", builder.doCheckPlatforms(null, platforms).kind.name(), platforms);
        }
        assertEquals("OK", builder.doCheckLimit(null, "0").kind.name());
        assertEquals("ERROR", builder.doCheckLimit(null, "-1").kind.name());
        for (String address :
                List.of("", "localhost:1234", "tcp://localhost", "https://x:1", "tcp://a b:1", "tcp://a:1 tcp://a:1")) {
            assertEquals("ERROR", builder.doCheckAddress(null, address).kind.name(), address);
        }
        for (String host :
                List.of("docker.io", "https://index.docker.io/v1/", "localhost:5000", "registry.example.com")) {
            assertEquals("OK", registry.doCheckHost(null, host).kind.name(), host);
        }
        for (String host : List.of(
                "",
                "registry",
                "https://registry.example.com",
                "registry.example.com/team",
                "a b.example.com",
                "registry.example.com:port")) {
            assertEquals("ERROR", registry.doCheckHost(null, host).kind.name(), host);
        }
        for (String mirrors : List.of("", "mirror.example.com\nlocalhost:5000/hub/\n")) {
            assertEquals("OK", registry.doCheckMirrors(null, mirrors).kind.name(), mirrors);
        }
        for (String mirrors :
                List.of("mirror", "https://mirror.example.com", "mirror.example.com\nmirror.example.com/Hub")) {
            assertEquals("ERROR", registry.doCheckMirrors(null, mirrors).kind.name(), mirrors);
        }
        Policy.DescriptorImpl policy = jenkins.jenkins.getDescriptorByType(Policy.DescriptorImpl.class);
        for (String places :
                List.of("*", "none", "", "registry.example.com\nregistry.example.com/shop/web docker.io")) {
            assertEquals("OK", policy.doCheckPushTo(places).kind.name(), places);
        }
        for (String places : List.of("registry", "registry.example.com/Shop", "registry.example.com/*", "a b")) {
            assertEquals("ERROR", policy.doCheckPushTo(places).kind.name(), places);
        }
        assertEquals(
                "OK",
                policy.doCheckEntitlements("network.host, device=a.b/c=all")
                        .kind
                        .name());
        assertEquals("ERROR", policy.doCheckEntitlements("host").kind.name());
        assertEquals(
                "OK",
                policy.doCheckFrontends("dockerfile.v0 docker.io/docker/dockerfile")
                        .kind
                        .name());
        assertEquals("ERROR", policy.doCheckFrontends("docker/dockerfile").kind.name());
        assertEquals("OK", policy.doCheckControllerHosts("none").kind.name());
        assertEquals(
                "OK",
                policy.doCheckControllerHosts("gitlab:443\nhttps://minio.internal:9000/ [::1]:5000")
                        .kind
                        .name());
        for (String hosts : List.of("a.b/c", "host:port", "none a.b", "gitlab", "a.b?c")) {
            assertEquals("ERROR", policy.doCheckControllerHosts(hosts).kind.name(), hosts);
        }
        assertEquals("OK", registry.doCheckCaCertificate(null, " ").kind.name());
        assertEquals("ERROR", registry.doCheckCaCertificate(null, "MIIB").kind.name());
    }

    @Test
    void testConnectionReportsTheReasonOfAFailure() throws Exception {
        BuildkitBuilder.DescriptorImpl builder =
                jenkins.jenkins.getDescriptorByType(BuildkitBuilder.DescriptorImpl.class);

        assertThat(
                builder.doTestConnection(null, "default", "tcp://localhost:1", "", "no-such", "10")
                        .getMessage(),
                containsString("credentials &#039;no-such&#039; were not found"));
        assertThat(
                builder.doTestConnection(null, "default", "tcp://localhost:1, tcp://localhost:2", "", "", "")
                        .renderHtml(),
                stringContainsInOrder("tcp://localhost:1", "tcp://localhost:2"));
        assertEquals(
                "ERROR",
                builder.doTestConnection(null, "default", " ", "", "", "").kind.name());
        String unreachable = builder.doTestConnection(null, "default", "tcp://localhost:1", "", "", "")
                .getMessage();
        assertThat(unreachable, containsString("tcp://localhost:1"));
        assertTrue(unreachable.lines().count() == 1, unreachable);
    }

    @Test
    void testConnectionOfARegistryChecksTheLogin() throws Exception {
        Daemon daemon = Daemon.first();
        RegistryLogin login = daemon.login();
        Configured.add(
                Configured.login("right", login.username(), login.secret()),
                Configured.login("wrong", login.username(), "wrong-password"));
        String host = daemon.registry();
        String subject = "registry " + host + " ";

        assertEquals(
                host + " is a container registry and accepts the credentials of the user &#039;" + login.username()
                        + "&#039;",
                test(host, "right", daemon.caPem()));
        assertThat(
                test(host, "wrong", daemon.caPem()),
                startsWith(subject + "does not allow its use to user &#039;" + login.username() + "&#039; (HTTP 401"));
        assertThat(
                test(host, "", daemon.caPem()),
                startsWith(subject
                        + "does not allow its use without a login, and no login is configured for it (HTTP 401"));
        assertEquals(subject + "has a certificate that is not trusted or is for another host", test(host, "right", ""));
        assertThat(test(host, "right", "nonsense"), containsString("This is not a certificate in PEM format"));
        assertThat(test(host, "no-such", ""), containsString("credentials &#039;no-such&#039; were not found"));
        assertEquals(
                daemon.mirror() + " is a container registry and requires no credentials",
                test(daemon.mirror(), "", daemon.caPem()));
        assertEquals("registry localhost:1 cannot be reached from here", test("localhost:1", "", ""));
        URL jenkinsItself = jenkins.getURL();
        String other = jenkinsItself.getHost() + ":" + jenkinsItself.getPort();
        assertEquals(
                "ERROR",
                registry().doTestConnection(null, other, "", "", false).kind.name());
        assertThat(
                registry().doTestConnection(null, other, "", "", true).getMessage(),
                containsString("to a request for /v2/, which is not the response of a registry"));
        for (String wrong : List.of("https://" + host, host + "/team", "")) {
            assertThat(
                    wrong,
                    test(wrong, "right", daemon.caPem()),
                    containsString("is not the host of a registry; write a host as in image names, without https://"));
        }
        FormValidation answer = jenkins.jenkins
                .getDescriptorByType(BuildkitBuilder.DescriptorImpl.class)
                .doTestConnection(null, "a", "tcp://me:s3cret@host:1", "", "", "");
        assertEquals("ERROR", answer.kind.name());
        assertThat(answer.getMessage(), not(containsString("s3cret")));
    }

    private Registry.DescriptorImpl registry() {
        return jenkins.jenkins.getDescriptorByType(Registry.DescriptorImpl.class);
    }

    private String test(String host, String credentialsId, String caPem) throws Exception {
        return registry()
                .doTestConnection(null, host, credentialsId, caPem, false)
                .getMessage();
    }

    private static TreenqConfiguration everything() {
        BuildkitBuilder second =
                new BuildkitBuilder("arm", "tcp://buildkitd.example.com:1234, tcp://other.example.com:1234");
        second.setServerName("buildkitd");
        second.setConnectTimeoutSeconds(20);
        second.setCompression(false);
        second.setPlatforms(List.of("linux/arm64", "linux/arm/v7"));
        second.setLimit(4);
        second.setRetries(5);
        second.setDraining(true);
        Registry registry = new Registry("registry.example.com");
        registry.setCredentialsId("login");
        registry.setCaCertificate(Configured.AUTHORITY);
        registry.setPlainHttp(true);
        registry.setMirrors(List.of("mirror.example.com", "localhost:5000/hub"));
        TreenqConfiguration configuration = TreenqConfiguration.get();
        configuration.setBuilders(
                List.of(new BuildkitBuilder("default", "unix:///run/buildkit/buildkitd.sock"), second));
        configuration.setRegistries(List.of(registry, new Registry("docker.io")));
        configuration.setDefaultBuilder("arm");
        Policy policy = new Policy();
        policy.setPushTo(List.of("registry.example.com/shop", "docker.io"));
        policy.setEntitlements(List.of());
        policy.setFrontends(List.of("dockerfile.v0"));
        policy.setControllerHosts(List.of("minio.internal:9000"));
        policy.setJobsMayNameBuilders(false);
        policy.setFoldersMayDefineBuilders(false);
        configuration.setPolicy(policy);
        return configuration;
    }
}
