// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.AbortException;
import hudson.util.XStream2;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.SourcePolicy;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.buildkit.client.FileOutput;
import io.jenkins.plugins.treenq.buildkit.registry.AllowedHosts;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {
    private static final String NOT_ALLOWED = "the administrator's policy does not allow ";

    private final Policy policy = new Policy();

    @Test
    void everythingIsAllowedByDefault() throws Exception {
        DockerfileBuild build = DockerfileBuild.builder()
                .tags(List.of("web:1"))
                .push(true)
                .frontend("gateway.v0")
                .frontendOptions(Map.of("source", "any/thing", "gateway-devel", ""))
                .entitlements(List.of("security.insecure"))
                .build();

        assertSame(build, policy.applied(build));
        policy.checkName("any");
        policy.checkPush(ImageName.parse("web:1"));
    }

    @Test
    void pushesAreComparedWithRegistriesAndRepositories() throws Exception {
        policy.setPushTo(List.of("registry.example.com/shop\nlocalhost:5000", "https://index.docker.io/library/web/"));

        for (String image : List.of(
                "registry.example.com/shop:1",
                "registry.example.com/shop/web/api:1",
                "localhost:5000/any/thing",
                "web",
                "docker.io/library/web:2")) {
            policy.applied(pushed(image));
        }
        for (String image : List.of(
                "registry.example.com/shopping:1",
                "registry.example.com/other",
                "registry.example.com:5000/shop",
                "localhost:5001/a",
                "localhost/a",
                "webs")) {
            assertRefused(
                    "a push to " + ImageName.parse(image).name()
                            + "; it allows registry.example.com/shop, localhost:5000, docker.io/library/web",
                    pushed(image));
        }
        assertRefused(
                "a push to docker.io/library/other"
                        + "; it allows registry.example.com/shop, localhost:5000, docker.io/library/web",
                DockerfileBuild.builder()
                        .tags(List.of("web", "other"))
                        .push(true)
                        .build());
        // Without push, nothing is sent to the registry.
        policy.applied(DockerfileBuild.builder().tags(List.of("other")).build());
    }

    @Test
    void aPushByDigestIsRestricted() {
        policy.setPushTo(List.of());

        assertRefused(
                "a push to docker.io/library/web; it allows none",
                () -> policy.applied(DockerfileBuild.builder()
                        .tags(List.of("web"))
                        .push(true)
                        .pushByDigest(true)
                        .build()));
    }

    @Test
    void aCacheExportToARegistryIsRestricted() throws Exception {
        policy.setPushTo(List.of("registry.example.com"));
        DockerfileBuild build = DockerfileBuild.builder().build();

        policy.applied(
                build.withCache(List.of(registry("evil.example.com/a")), List.of(registry("registry.example.com/a"))));
        policy.applied(build.withCache(List.of(), List.of(new CacheEntry("inline", Map.of()))));
        assertRefused(
                "a push to evil.example.com/a; it allows registry.example.com",
                build.withCache(List.of(), List.of(registry("evil.example.com/a"))));
    }

    @Test
    void entitlementsAreComparedExactly() throws Exception {
        policy.setEntitlements(List.of("network.host", "device"));

        policy.applied(entitled("network.host", "device=nvidia.com/gpu=all"));
        assertRefused(
                "the entitlement 'security.insecure'; it allows network.host, device",
                entitled("network.host", "security.insecure"));
    }

    @Test
    void aSyntaxLineIsIgnoredIfFrontendsAreRestricted() throws Exception {
        policy.setFrontends(List.of("dockerfile.v0"));

        assertEquals(
                Map.of("cmdline", ""),
                policy.applied(DockerfileBuild.builder().build()).request().options());
    }

    @Test
    void frontendsAreComparedByNameAndByImage() throws Exception {
        policy.setFrontends(List.of("dockerfile.v0", "docker.io/docker"));

        policy.applied(gateway("docker/dockerfile:1"));
        policy.applied(syntax("docker/dockerfile:1 --some option"));
        assertRefused(
                "the frontend 'evil/frontend'; it allows dockerfile.v0, docker.io/docker", gateway("evil/frontend"));
        assertRefused(
                "the frontend 'evil/frontend'; it allows dockerfile.v0, docker.io/docker", syntax(" evil/frontend"));
        assertRefused("the frontend 'A'; it allows dockerfile.v0, docker.io/docker", gateway("A"));
        assertRefused("the frontend ''; it allows dockerfile.v0, docker.io/docker", gateway(""));
        assertRefused(
                "the frontend 'other.v0'; it allows dockerfile.v0, docker.io/docker",
                DockerfileBuild.builder().frontend("other.v0").build());

        policy.setFrontends(List.of("docker.io/docker/dockerfile"));
        assertRefused(
                "the frontend 'dockerfile.v0'; it allows docker.io/docker/dockerfile",
                DockerfileBuild.builder().build());
    }

    @Test
    void aFrontendCannotBeReplaced() {
        policy.setFrontends(List.of("dockerfile.v0", "docker.io/docker/dockerfile"));
        String refusal = "the administrator's policy on frontends does not allow ";

        assertEquals(
                refusal + "a named context in place of 'docker/dockerfile:1'",
                refusal(() -> policy.applied(DockerfileBuild.builder()
                        .frontend("gateway.v0")
                        .frontendOptions(Map.of("source", "docker/dockerfile:1"))
                        .contexts(Map.of("docker.io/docker/dockerfile::linux/amd64", "docker-image://evil"))
                        .build())));
        assertEquals(
                refusal + "a named context in place of 'docker/dockerfile:1'",
                refusal(() -> policy.applied(DockerfileBuild.builder()
                        .buildArgs(Map.of("BUILDKIT_SYNTAX", "docker/dockerfile:1"))
                        .frontendOptions(Map.of("context:docker/dockerfile:1", "docker-image://evil"))
                        .build())));
        assertEquals(
                refusal + "the option 'gateway-devel'",
                refusal(() -> policy.applied(DockerfileBuild.builder()
                        .frontend("gateway.v0")
                        .frontendOptions(Map.of("source", "docker/dockerfile", "gateway-devel", ""))
                        .build())));
    }

    /**
     * The image docker/dockerfile behaves like the daemon's own frontend, unless an option says that a frontend started
     * it.
     */
    @Test
    void anAllowedFrontendImageIgnoresASyntaxLine() throws Exception {
        policy.setFrontends(List.of("docker.io/docker/dockerfile"));
        DockerfileBuild build = DockerfileBuild.builder()
                .frontend("gateway.v0")
                .frontendOptions(Map.of("source", "docker/dockerfile:1"))
                .buildArgs(Map.of("BUILDKIT_SYNTAX", "evil/frontend"))
                .build();

        assertEquals(
                "docker/dockerfile:1", policy.applied(build).request().options().get("cmdline"));
        assertEquals(
                "docker/dockerfile:1 --some option",
                policy.applied(build.withOptions(Map.of("cmdline", "docker/dockerfile:1 --some option")))
                        .request()
                        .options()
                        .get("cmdline"));
    }

    @Test
    void anImageIsNotABuiltInFrontendOfTheSameName() throws Exception {
        policy.setFrontends(List.of("dockerfile.v0"));
        assertRefused("the frontend 'dockerfile.v0'; it allows dockerfile.v0", gateway("dockerfile.v0"));
        assertRefused("the frontend 'dockerfile.v0'; it allows dockerfile.v0", syntax("dockerfile.v0"));

        policy.setFrontends(List.of("docker.io/library"));
        assertRefused(
                "the frontend 'dockerfile.v0'; it allows docker.io/library",
                DockerfileBuild.builder().build());
    }

    @Test
    void theNameOfAFrontendEndsAtABlank() {
        policy.setFrontends(List.of("dockerfile.v0", "docker.io/docker"));
        for (String end : List.of("\t", "\n", "\f", "\u00a0", "\u2003")) {
            String name = "docker/dockerfile" + end + "evil/frontend";
            assertRefused(
                    "the frontend '" + name + "'; it allows dockerfile.v0, docker.io/docker",
                    () -> policy.applied(syntax(name)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'action':'CONVERT','selector':{'identifier':'docker-image://docker.io/docker/dockerfile:1'},"
                        + "'updates':{'identifier':'docker-image://evil/frontend'}}",
                "{'action':'CONVERT','selector':{'identifier':'docker-image://*'},'updates':{'identifier':'docker-image://evil/frontend'}}",
                "{'action':2,'selector':{'identifier':'docker/d.ckerfile','match_type':'REGEX'},'updates':{'identifier':'evil/frontend'}}",
                "{'action':'CONVERT','selector':{'identifier':'d.cker','match_type':2},'updates':{'attrs':{'a':'b'}}}"
            })
    void aSourcePolicyCannotReplaceAFrontend(String rule) throws Exception {
        policy.setFrontends(List.of("dockerfile.v0", "docker.io/docker/dockerfile"));
        SourcePolicy sources = SourcePolicy.parse(
                ("{'rules':[{'action':'ALLOW','selector':{'identifier':'*'}}," + rule + "]}").replace('\'', '"'));

        for (DockerfileBuild.Builder build : List.of(
                DockerfileBuild.builder().buildArgs(Map.of("BUILDKIT_SYNTAX", "docker/dockerfile:1")),
                DockerfileBuild.builder()
                        .frontend("gateway.v0")
                        .frontendOptions(Map.of("source", "docker/dockerfile:1")))) {
            assertEquals(
                    "the administrator's policy on frontends does not allow a sourcePolicy with CONVERT rules for a build"
                            + " that runs 'docker/dockerfile:1', because they can put another image in its place; remove"
                            + " these rules, or let the daemon's own frontend read the Dockerfile",
                    refusal(() -> policy.applied(build.sourcePolicy(sources).build())));
        }
        // Without a frontend image, the rules cannot replace one.
        policy.applied(DockerfileBuild.builder().sourcePolicy(sources).build());
    }

    @Test
    void aSourcePolicyMayDenySources() throws Exception {
        policy.setFrontends(List.of("dockerfile.v0", "docker.io/docker/dockerfile"));
        policy.applied(DockerfileBuild.builder()
                .buildArgs(Map.of("BUILDKIT_SYNTAX", "docker/dockerfile:1"))
                .sourcePolicy(SourcePolicy.parse(
                        "{\"rules\":[{\"action\":\"DENY\",\"selector\":{\"identifier\":\"git://*\"}}]}"))
                .build());
    }

    /** Daemons with an image store look there for a frontend that its registry does not have. */
    @Test
    void anImageNamedLikeAFrontendIsNotStoredInTheDaemon() throws Exception {
        policy.setFrontends(List.of("dockerfile.v0", "docker.io/docker"));

        assertEquals("false", stored("docker/no-such:1", Map.of()));
        assertEquals("false", stored("docker.io/docker/no-such", Map.of("store", "true")));
        assertEquals("false", stored("other", Map.of("dangling-name-prefix", "docker/no-such")));
        assertNull(stored("other", Map.of()));
    }

    private String stored(String tag, Map<String, String> options) throws Exception {
        DockerfileBuild build = DockerfileBuild.builder()
                .tags(List.of(tag))
                .imageOptions(options)
                .build();
        return policy.applied(build).request().exports().get(0).attributes().get("store");
    }

    /** BuildKit pushes the image under that name and its digest, too. */
    @Test
    void aPrefixForImagesWithoutANameIsADestination() throws Exception {
        policy.setPushTo(List.of("registry.example.com/shop"));
        for (String prefix : List.of("evil.example.com/a", "registry.example.com/shop/a,evil.example.com/a")) {
            assertRefused(
                    "a push to evil.example.com/a; it allows registry.example.com/shop",
                    DockerfileBuild.builder()
                            .tags(List.of("registry.example.com/shop/web"))
                            .imageOptions(Map.of("dangling-name-prefix", prefix))
                            .push(true)
                            .build());
        }
    }

    @Test
    void outputsThatAreFilesAreNotPushes() throws Exception {
        policy.setPushTo(List.of());
        for (String type : List.of("local", "tar", "oci", "docker")) {
            policy.applied(DockerfileBuild.builder()
                    .destinations(List.of(new FileOutput(type, "out", Map.of("push", "true"))))
                    .build());
        }
    }

    @Test
    void invalidEntriesAreRefused() {
        assertInvalid(
                "'x' is not a frontend; write dockerfile.v0, or an image", () -> policy.setFrontends(List.of("x y")));
        assertInvalid("'gateway.v0' is not a frontend; ", () -> policy.setFrontends(List.of("gateway.v0")));
        assertInvalid(
                "'docker/dockerfile' is not a frontend; ", () -> policy.setFrontends(List.of("docker/dockerfile")));
        assertInvalid(
                "'registry.example.com/*' is neither a registry nor a repository; write registry.example.com",
                () -> policy.setPushTo(List.of("docker.io", "registry.example.com/*")));
        assertInvalid(
                "'host' is not an entitlement; BuildKit supports network.host, security.insecure and device",
                () -> policy.setEntitlements(List.of("host")));
        assertInvalid(
                "'registry.example.com/shop' is not a host; write a host as in image names, without a path",
                () -> policy.setControllerHosts(List.of("registry.example.com/shop")));
        assertInvalid(
                "'none' cannot be combined with other entries",
                () -> policy.setEntitlements(List.of("none", "network.host")));

        Policy fresh = new Policy();
        assertEquals(fresh.getFrontends(), policy.getFrontends());
        assertEquals(fresh.getPushTo(), policy.getPushTo());
        assertEquals(fresh.getEntitlements(), policy.getEntitlements());
        assertEquals(fresh.getControllerHosts(), policy.getControllerHosts());
    }

    @Test
    void theControllerConnectsToConfiguredAndAllowedHosts() {
        Registry registry = new Registry("registry.example.com");
        registry.setMirrors(List.of("mirror.example.com:5000/hub"));

        for (String host : List.of(
                "https://registry.example.com/v2/",
                "https://mirror.example.com:5000/v2/",
                "https://registry-1.docker.io/v2/")) {
            assertTrue(policy.controllerHosts(List.of(registry)).contains(URI.create(host)), host);
        }
        for (String host :
                List.of("https://registry.example.com:22/", "https://mirror.example.com/", "https://localhost:5000/")) {
            assertFalse(policy.controllerHosts(List.of(registry)).contains(URI.create(host)), host);
        }
        policy.setControllerHosts(List.of("http://localhost:5000/"));
        assertEquals(List.of("localhost:5000"), policy.getControllerHosts());
        assertTrue(policy.controllerHosts(List.of()).contains(URI.create("https://localhost:5000/")));
        policy.setControllerHosts(List.of("*"));
        assertSame(AllowedHosts.ANY, policy.controllerHosts(List.of()));
    }

    @Test
    void aPolicyOfAnEarlierVersionIsLoaded() {
        String before = "<io.jenkins.plugins.treenq.config.Policy><pushTo><string>docker.io</string></pushTo>"
                + "<jobsMayNameBuilders>true</jobsMayNameBuilders></io.jenkins.plugins.treenq.config.Policy>";

        Policy read = (Policy) new XStream2().fromXML(before);

        assertEquals(List.of("docker.io"), read.getPushTo());
        assertEquals(List.of("none"), read.getControllerHosts());
        assertEquals(List.of("*"), read.getEntitlements());
    }

    private static void assertInvalid(String start, Executable executable) {
        String message =
                assertThrows(IllegalArgumentException.class, executable).getMessage();
        assertTrue(message.startsWith(start), message);
    }

    @Test
    void jobsCanBeForbiddenToNameBuilders() throws Exception {
        policy.setJobsMayNameBuilders(false);

        policy.checkName(null);
        assertEquals(
                "the administrator's policy does not allow jobs to name a builder; omit 'fast'",
                refusal(() -> policy.checkName("fast")));
    }

    private interface Checked {
        void run() throws Exception;
    }

    private void assertRefused(String what, DockerfileBuild build) {
        assertRefused(what, () -> policy.applied(build));
    }

    private static void assertRefused(String what, Checked checked) {
        assertEquals(NOT_ALLOWED + what, refusal(checked));
    }

    private static String refusal(Checked checked) {
        return assertThrows(AbortException.class, checked::run).getMessage();
    }

    private static DockerfileBuild pushed(String image) throws Exception {
        return DockerfileBuild.builder().tags(List.of(image)).push(true).build();
    }

    private static CacheEntry registry(String ref) {
        return new CacheEntry("registry", Map.of("ref", ref));
    }

    private static DockerfileBuild entitled(String... entitlements) throws Exception {
        return DockerfileBuild.builder().entitlements(List.of(entitlements)).build();
    }

    private static DockerfileBuild gateway(String source) throws Exception {
        return DockerfileBuild.builder()
                .frontend("gateway.v0")
                .frontendOptions(Map.of("source", source))
                .build();
    }

    private static DockerfileBuild syntax(String value) throws Exception {
        return DockerfileBuild.builder()
                .buildArgs(Map.of("BUILDKIT_SYNTAX", value))
                .build();
    }
}
