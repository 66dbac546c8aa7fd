// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.step;

import static io.jenkins.plugins.treenq.buildkit.Fuzz.pick;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.AbortException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Fuzz;
import io.jenkins.plugins.treenq.buildkit.client.DockerfileBuild;
import io.jenkins.plugins.treenq.config.Policy;
import io.jenkins.plugins.treenq.credentials.BuildCredentials;
import io.jenkins.plugins.treenq.parameters.AzblobCache;
import io.jenkins.plugins.treenq.parameters.BuildCache;
import io.jenkins.plugins.treenq.parameters.BuildOutput;
import io.jenkins.plugins.treenq.parameters.GhaCache;
import io.jenkins.plugins.treenq.parameters.InlineCache;
import io.jenkins.plugins.treenq.parameters.LocalCache;
import io.jenkins.plugins.treenq.parameters.RegistryCache;
import io.jenkins.plugins.treenq.parameters.S3Cache;
import io.jenkins.plugins.treenq.run.ImageOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** An administrator's policy allows arbitrary steps or refuses them in one line. */
class PolicyOfStepsTest {
    private static final String[] TEXTS = {
        null,
        "",
        " ",
        "*",
        ",",
        "a",
        "a,b",
        "=",
        "a=b",
        "A=B=C",
        "true",
        "t",
        "no",
        "none",
        "dockerfile.v0",
        "gateway.v0",
        "docker/dockerfile:1",
        "registry.example.com/a:1",
        "registry.example.com/a,evil.example.com/b",
        "evil.example.com/A",
        "localhost:1",
        "sha256:0",
        "linux/amd64",
        "linux/amd64,linux/arm64",
        "network.host",
        "device=",
        "device=a,b",
        "local",
        "tar",
        "oci",
        "docker",
        "image",
        "https://example.com/a.git",
        ".",
        "../..",
        "\u0000",
        "a\nb",
        "{}",
        "{\"rules\":[{\"action\":\"CONVERT\",\"selector\":{\"identifier\":\"a\"}}]}"
    };

    private static final String[] KEYS = {
        "push",
        "push-by-digest",
        "name",
        "store",
        "unpack",
        "dangling-name-prefix",
        "registry.insecure",
        "tar",
        "mode",
        "ref",
        "source",
        "cmdline",
        "build-arg:BUILDKIT_SYNTAX",
        "context:docker/dockerfile",
        "context",
        "contextkey",
        "dockerfilekey",
        "attest:sbom",
        "gateway-devel",
        "platform",
        "target",
        "BUILDKIT_SYNTAX",
        "",
        " "
    };

    @Test
    void everyRequestIsAllowedOrRefusedInOneLine() throws Exception {
        int[] passed = {0};
        Fuzz.rounds(5000, random -> {
            try {
                ImageOrder order = step(random).order("ref", UnaryOperator.identity());
                DockerfileBuild build =
                        order.build().withCache(entries(order.cacheFrom(), true), entries(order.cacheTo(), false));
                policy(random).applied(build);
                passed[0]++;
            } catch (AbortException e) {
                assertTrue(e.getMessage() != null && !e.getMessage().isBlank(), () -> String.valueOf(e));
            }
        });
        assertTrue(passed[0] > 100, "too few steps pass the policy: " + passed[0]);
    }

    private static Policy policy(Random random) {
        Policy policy = new Policy();
        if (random.nextBoolean()) {
            policy.setPushTo(pick(random, List.of(), List.of("registry.example.com"), List.of("*")));
        }
        if (random.nextBoolean()) {
            policy.setFrontends(
                    pick(random, List.of(), List.of("dockerfile.v0"), List.of("dockerfile.v0", "docker.io")));
        }
        if (random.nextBoolean()) {
            policy.setEntitlements(pick(random, List.of(), List.of("network.host"), List.of("device")));
        }
        return policy;
    }

    private static List<CacheEntry> entries(List<BuildCache> caches, boolean from) throws AbortException {
        List<CacheEntry> entries = new ArrayList<>();
        for (BuildCache cache : caches) {
            BuildCredentials credentials = BuildCredentials.untracked();
            entries.add(
                    from
                            ? cache.from(credentials, UnaryOperator.identity())
                            : cache.to(credentials, UnaryOperator.identity()));
        }
        return entries;
    }

    /** Returns a step with mostly valid values; otherwise hardly any step would reach the policy. */
    private static TreenqBuildStep step(Random random) {
        TreenqBuildStep step =
                new TreenqBuildStep(random.nextInt(3) == 0 ? texts(random) : List.of("registry.example.com/a:1"));
        step.setPush(random.nextBoolean());
        step.setPushByDigest(random.nextInt(4) == 0);
        step.setImageOptions(assignments(random));
        step.setFrontendOptions(assignments(random));
        step.setBuildArgs(assignments(random));
        step.setOutputs(some(random, () -> {
            BuildOutput output = new BuildOutput(pick(random, TEXTS), random.nextInt(4) == 0 ? text(random) : "out");
            output.setOptions(assignments(random));
            return output;
        }));
        step.setCacheFrom(some(random, () -> cache(random)));
        step.setCacheTo(some(random, () -> cache(random)));
        if (random.nextInt(4) == 0) {
            step.setFrontend(text(random));
        }
        if (random.nextInt(4) == 0) {
            step.setSourcePolicy(text(random));
        }
        if (random.nextInt(4) == 0) {
            step.setAllow(texts(random));
            step.setPlatforms(texts(random));
        }
        if (random.nextInt(4) == 0) {
            step.setContexts(assignments(random));
            step.setContext(text(random));
            step.setProvenance(text(random));
            step.setSbom(text(random));
        }
        return step;
    }

    private static BuildCache cache(Random random) {
        BuildCache cache = pick(
                random,
                new RegistryCache(text(random)),
                new RegistryCache("registry.example.com/cache"),
                new InlineCache(),
                new LocalCache(text(random)),
                new S3Cache(text(random), text(random)),
                new AzblobCache(text(random)),
                new GhaCache());
        cache.setMode(text(random));
        cache.setOptions(assignments(random));
        return cache;
    }

    private static String text(Random random) {
        return pick(random, TEXTS);
    }

    private static List<String> texts(Random random) {
        return some(random, () -> text(random));
    }

    private static List<String> assignments(Random random) {
        return some(random, () -> random.nextInt(10) == 0 ? text(random) : pick(random, KEYS) + "=" + text(random));
    }

    private interface Making<T> {
        T make();
    }

    private static <T> List<T> some(Random random, Making<T> making) {
        List<T> list = new ArrayList<>();
        IntStream.range(0, Math.max(0, random.nextInt(5) - 2)).forEach(i -> list.add(making.make()));
        return list;
    }
}
