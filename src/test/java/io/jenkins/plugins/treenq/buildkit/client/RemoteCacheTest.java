// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildEvent;
import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Build cache in a registry. Another daemon, which never built this, shows whether an import takes effect. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class RemoteCacheTest {
    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    private String image;

    @BeforeEach
    void somethingNew() throws Exception {
        String marker = UUID.randomUUID().toString();
        image = daemon.registry() + "/client/remote-cache-" + daemon.version() + ":" + marker;
        Builds.dockerfile(
                folder,
                "FROM busybox AS first\nRUN echo " + marker + " > /one\nFROM busybox\nCOPY --from=first /one /\n");
    }

    private void build(Daemon on, BuildRequest.Builder request, BuildListener listener) throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(on.endpoint())) {
            client.build(request.build(), Builds.content(folder, on.logins()), listener);
        }
    }

    private Set<String> cachedSteps(Daemon on, CacheEntry from) throws Exception {
        Set<String> cached = new HashSet<>();
        build(on, BuildRequest.builder().cacheImports(List.of(from)), event -> {
            if (event instanceof BuildEvent.VertexChanged vertex && vertex.cached()) {
                cached.add(vertex.name().replaceFirst("^(\\[[^]]*] \\w+) .*", "$1"));
            }
        });
        return cached;
    }

    private static CacheEntry registry(String name, String... mode) {
        return new CacheEntry(
                "registry", mode.length == 0 ? Map.of("ref", name) : Map.of("ref", name, "mode", mode[0]));
    }

    @Test
    void anotherDaemonImportsCacheFromARegistryOrAnImage() throws Exception {
        String name = "cache" + daemon.version().replaceAll("\\W", "");
        Daemon other = daemon.another(name);
        try {
            for (CacheEntry export : List.of(registry(image + "-cache", "max"), new CacheEntry("inline", Map.of()))) {
                somethingNew();
                build(daemon, Builds.request(Builds.push(image)).cacheExports(List.of(export)), BuildListener.NONE);
                CacheEntry from = export.type().equals("inline") ? registry(image) : export;
                assertEquals(Set.of("[first 2/2] RUN", "[stage-1 2/2] COPY"), cachedSteps(other, from));
            }
        } finally {
            other.down(name);
        }
    }

    @Test
    void aFailedCacheExportFailsTheBuildUnlessErrorsAreIgnored() throws Exception {
        CacheEntry nowhere = registry("localhost:1/cache:1", "min");
        BuildkitException failure = assertThrows(
                BuildkitException.class,
                () -> build(daemon, BuildRequest.builder().cacheExports(List.of(nowhere)), BuildListener.NONE));
        assertTrue(failure.getMessage().startsWith("cannot export the cache"), failure.getMessage());
        CacheEntry tolerated = new CacheEntry("registry", Map.of("ref", "localhost:1/cache:1", "ignore-error", "true"));
        build(daemon, BuildRequest.builder().cacheExports(List.of(tolerated)), BuildListener.NONE);
    }
}
