// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import hudson.AbortException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.ImageName;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PolicyTest {
    private static final String NOT_ALLOWED = "the administrator's policy does not allow ";

    private final Policy policy = new Policy();

    @Test
    void everythingIsAllowedUnlessSomethingIsSaid() throws Exception {
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
    void whatIsPushedIsComparedWithRegistriesAndRepositories() throws Exception {
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
        // Nothing goes there.
        policy.applied(DockerfileBuild.builder().tags(List.of("other")).build());
    }

    @Test
    void aPushByDigestIsAPush() {
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
    void cacheThatIsLeftInARegistryIsAPush() throws Exception {
        policy.setPushTo(List.of("registry.example.com"));
        DockerfileBuild build = DockerfileBuild.builder().build();

        policy.applied(build.withCache(List.of(registry("evil.example.com/a")), List.of(registry("registry.example.com/a"))));
        policy.applied(build.withCache(List.of(), List.of(new CacheEntry("inline", Map.of()))));
        assertRefused(
                "a push to evil.example.com/a; it allows registry.example.com",
                build.withCache(List.of(), List.of(registry("evil.example.com/a"))));
    }

    @Test
    void entitlementsAreComparedAsTheyAre() throws Exception {
        policy.setEntitlements(List.of("network.host", "device"));

        policy.applied(entitled("network.host", "device=nvidia.com/gpu=all"));
        assertRefused(
                "the entitlement 'security.insecure'; it allows network.host, device",
                entitled("network.host", "security.insecure"));
    }

    @Test
    void withoutOtherFrontendsTheSyntaxLineOfADockerfileIsNotFollowed() throws Exception {
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
        assertRefused("the frontend 'evil/frontend'; it allows dockerfile.v0, docker.io/docker", gateway("evil/frontend"));
        assertRefused("the frontend 'evil/frontend'; it allows dockerfile.v0, docker.io/docker", syntax(" evil/frontend"));
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

    @Test
    void jobsMayBeKeptFromNamingBuilders() throws Exception {
        policy.setJobsMayNameBuilders(false);

        policy.checkName(null);
        assertEquals(
                "the administrator's policy lets jobs name no builder; leave 'fast' away",
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
