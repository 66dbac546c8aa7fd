// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jenkins.plugins.treenq.buildkit.CacheEntry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

/** The cases of buildctl's own tests ({@code cmd/buildctl/build/exportcache_test.go}), and further cases. */
class CacheOptionsTest {
    private static CacheEntry exported(String text, Map<String, String> environment) {
        return CacheOptions.read(List.of(), List.of(text), environment)
                .exports()
                .get(0);
    }

    private static CacheEntry imported(String text, Map<String, String> environment) {
        return CacheOptions.read(List.of(text), List.of(), environment)
                .imports()
                .get(0);
    }

    private static CacheEntry imported(String text) {
        return imported(text, Map.of());
    }

    @Test
    void exportsHaveAModeByDefault() {
        assertEquals(
                new CacheEntry("registry", Map.of("ref", "example.com/foo/bar", "mode", "max")),
                exported("type=registry,ref=example.com/foo/bar,mode=max", Map.of()));
        assertEquals(
                new CacheEntry("registry", Map.of("ref", "example.com/foo/bar", "mode", "min")),
                exported("type=registry,ref=example.com/foo/bar", Map.of()));
        assertEquals(
                new CacheEntry("registry", Map.of("ref", "example.com/foo/bar", "mode", "min")),
                exported("example.com/foo/bar", Map.of()));
    }

    @Test
    void importsHaveNoMode() {
        assertEquals(new CacheEntry("registry", Map.of("ref", "example.com/foo/bar")), imported("example.com/foo/bar"));
        assertEquals(
                new CacheEntry("local", Map.of("src", "/a b,c", "tag", "t")),
                imported("type=local,\"src=/a b,c\",tag=t"));
        assertThrows(TypeConversionException.class, () -> imported("ref=a,xtype=b"));
    }

    @Test
    void attributesOfOtherBackendsAreUnchanged() {
        assertEquals(
                new CacheEntry("s3", Map.of("region", "r", "bucket", "b", "access_key_id", "k")),
                imported("type=s3,region=r,bucket=b,access_key_id=k", Map.of("AWS_REGION", "other")));
        assertEquals(
                new CacheEntry("azblob", Map.of("account_url", "u", "name", "n")),
                imported("type=azblob,account_url=u,name=n"));
        assertEquals(new CacheEntry("inline", Map.of("mode", "min")), exported("type=inline", Map.of()));
    }

    @Test
    void missingGithubAttributesComeFromTheEnvironment() {
        Map<String, String> environment = Map.of(
                "ACTIONS_CACHE_URL", "cache", "ACTIONS_RESULTS_URL", "results", "ACTIONS_RUNTIME_TOKEN", "token");
        assertEquals(
                new CacheEntry("gha", Map.of("url", "cache", "token", "token")), imported("type=gha", environment));
        assertEquals(
                new CacheEntry("gha", Map.of("url", "mine", "token", "t", "scope", "s")),
                imported("type=gha,url=mine,token=t,scope=s", environment));
        assertEquals(
                new CacheEntry("gha", Map.of("url", "results", "token", "token")),
                imported("type=gha", Map.of("ACTIONS_RESULTS_URL", "results", "ACTIONS_RUNTIME_TOKEN", "token")));
        assertEquals(
                new CacheEntry("gha", Map.of("version", "2", "url_v2", "results", "url", "cache", "token", "token")),
                imported("type=gha,version=2", environment));
        Map<String, String> newer = new java.util.HashMap<>(environment);
        newer.put("ACTIONS_CACHE_SERVICE_V2", "true");
        assertEquals(
                new CacheEntry("gha", Map.of("url_v2", "results", "url", "cache", "token", "token")),
                imported("type=gha", newer));
        assertEquals(
                new CacheEntry("gha", Map.of("version", "1", "url", "cache", "token", "token")),
                imported("type=gha,version=1", newer));
        assertThrows(TypeConversionException.class, () -> imported("type=gha"));
        assertThrows(TypeConversionException.class, () -> imported("type=gha,url=x"));
    }

    @Test
    void foldersOfLocalCachesBecomeStoresOfTheSession() {
        assertEquals(
                Map.of("local:in", Path.of("in"), "local:out", Path.of("out")),
                CacheOptions.read(
                                List.of("type=local,src=in", "type=registry,ref=x", "type=local"),
                                List.of("type=local,dest=out"),
                                Map.of())
                        .folders());
    }
}
