// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bake files get only the privileges that the user who starts the bake allows. */
class BakeEntitlementsTest {
    @TempDir
    Path outside;

    private Path folder;

    @BeforeEach
    void workingFolder() throws Exception {
        folder = Files.createDirectory(outside.resolve("work"));
    }

    private static Collection<TargetBuild> targets(String attributes) throws Exception {
        return Bakes.builds("target \"default\" {\n" + attributes + "\n}\n").values();
    }

    private void assertAsked(String entitlement, String attributes) throws Exception {
        BuildkitException failure =
                assertThrows(BuildkitException.InvalidRequestException.class, () -> BakeEntitlements.of(List.of())
                        .require(targets(attributes), folder));
        assertTrue(
                failure.getMessage().contains(entitlement + " for default")
                        && failure.getMessage().contains("--allow=" + entitlement),
                failure::getMessage);
        assertDoesNotThrow(() -> BakeEntitlements.of(List.of(entitlement)).require(targets(attributes), folder));
    }

    @Test
    void privilegesMustBeAllowed() throws Exception {
        assertAsked("network.host", "network = \"host\"");
        assertAsked("security.insecure", "entitlements = [\"security.insecure\"]");
        assertAsked("ssh", "ssh = [\"default\"]");
        assertAsked("device=vendor.com/device", "entitlements = [\"device=vendor.com/device\"]");
        assertAsked("buildx.local.delete", "output = [\"type=local,dest=out,mode=delete\"]");
        Collection<TargetBuild> device = targets("entitlements = [\"device=vendor.com/device\"]");
        assertDoesNotThrow(() -> BakeEntitlements.of(List.of("device")).require(device));
        assertEquals(
                List.of("network.host", "security.insecure"),
                BakeEntitlements.of(List.of("ssh"))
                        .missing(targets(
                                "network = \"host\"\nentitlements = [\"security.insecure\"]\nssh = [\"default\"]")));
    }

    @Test
    void pathsOutsideOfTheWorkingFolderMustBeAllowed() throws Exception {
        Path real = outside.toRealPath();
        assertAsked("fs.read=" + real, "context = \"..\"");
        assertAsked("fs.read=" + real.resolve("other"), "dockerfile = \"../other\"");
        assertAsked("fs.read=" + real.resolve("other"), "contexts = { a = \"../other\" }");
        for (String version : List.of("", ":tag", "@sha256:" + "0".repeat(64), ":tag@sha256:" + "0".repeat(64))) {
            assertAsked(
                    "fs.read=" + real.resolve("layout"),
                    "contexts = { a = \"oci-layout://../layout" + version + "\" }");
        }
        assertAsked("fs.read=" + real.resolve("a:b@c/layout"), "contexts = { a = \"oci-layout://../a:b@c/layout:1\" }");
        assertAsked("fs.read=" + real.resolve("token"), "secret = [\"id=a,src=../token\"]");
        assertAsked("fs.read=" + real.resolve("id_rsa"), "ssh = [\"default=../id_rsa\"]");
        assertAsked("fs.read=" + real.resolve("cache"), "cache-from = [\"type=local,src=../cache\"]");
        assertAsked("fs.write=" + real.resolve("cache"), "cache-to = [\"type=local,dest=../cache\"]");
        assertAsked("fs.write=" + real.resolve("out"), "output = [\"../out\"]");
        Files.createSymbolicLink(folder.resolve("link"), outside);
        assertAsked("fs.read=" + real.resolve("other"), "contexts = { a = \"link/other\" }");
        Files.createSymbolicLink(folder.resolve("nowhere"), outside.resolve("missing"));
        assertThrows(BuildkitException.InvalidRequestException.class, () -> BakeEntitlements.of(List.of())
                .require(targets("output = [\"nowhere/out\"]"), folder));

        Collection<TargetBuild> both = targets("context = \"..\"\noutput = [\"../out\"]");
        assertDoesNotThrow(() -> BakeEntitlements.of(List.of("fs=..")).require(both, folder));
        assertDoesNotThrow(() -> BakeEntitlements.of(List.of("fs=*")).require(both, folder));
        assertThrows(BuildkitException.InvalidRequestException.class, () -> BakeEntitlements.of(List.of("fs.read=*"))
                .require(both, folder));
        // A folder whose name only begins in the same way is another one.
        Collection<TargetBuild> neighbour = targets("contexts = { a = \"../work2\" }");
        assertThrows(BuildkitException.InvalidRequestException.class, () -> BakeEntitlements.of(List.of())
                .require(neighbour, folder));
        Collection<TargetBuild> within =
                targets("context = \"sub\"\ncontexts = { a = \"docker-image://b\", c = \"https://example.com/d\" }");
        assertDoesNotThrow(() -> BakeEntitlements.of(List.of()).require(within, folder));
    }

    @Test
    @Timeout(300)
    void longPathsAreRefusedInTime() throws Exception {
        for (String path : List.of("oci-layout://" + ":".repeat(900_000) + "/x", "/a".repeat(450_000))) {
            Collection<TargetBuild> asking = targets("contexts = { a = \"" + path + "\" }");
            assertThrows(BuildkitException.InvalidRequestException.class, () -> BakeEntitlements.of(List.of())
                    .require(asking, folder));
        }
    }

    @Test
    void anUnknownEntitlementIsRefused() {
        for (String value : List.of("network", "fs", "fs.read=", "fs.delete=a", "")) {
            assertThrows(
                    BuildkitException.InvalidRequestException.class, () -> BakeEntitlements.of(List.of(value)), value);
        }
        assertDoesNotThrow(() -> BakeEntitlements.of(List.of("image.push=example.com/app", "image=*")));
    }
}
