// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Addresses of remote definitions, as buildx reads them. */
class BakePathsTest {
    /** The expected addresses are those that {@code buildx bake --print} has as contexts. */
    @ParameterizedTest
    @CsvSource({
        "https://example.com/x.git,.,https://example.com/x.git",
        "https://example.com/x.git,app,https://example.com/x.git#:app",
        "https://example.com/x.git#main,app,https://example.com/x.git#main:app",
        "https://example.com/x.git#main:sub,./app/,https://example.com/x.git#main:sub/app",
        "https://example.com/x.git#:sub,../app,https://example.com/x.git#:app",
        "https://example.com/x.git?subdir=sub&ref=v1,app,https://example.com/x.git?subdir=sub/app&ref=v1",
        "https://example.com/x.git?ref=v1,app,https://example.com/x.git?ref=v1#:app",
        "git@example.com:x.git#main,app,git@example.com:x.git#main:app",
        "'',app,''",
    })
    void aContextIsAFolderOfTheRepository(String address, String path, String expected) {
        assertEquals(expected, BakePaths.folder(address, path));
    }

    @Test
    void credentialsAreForTheSameHostOnly() {
        String repository = "https://git.example.com/shop/deploy.git#main";
        assertTrue(BakePaths.isSameHost(repository, "https://git.example.com/shop/web.git"));
        assertTrue(BakePaths.isSameHost(repository, "https://GIT.example.com/shop/web.git?x=https://a"));
        assertFalse(BakePaths.isSameHost(repository, "http://git.example.com/shop/web.git"));
        assertFalse(BakePaths.isSameHost(repository, "https://git.example.com:444/shop/web.git"));
        assertFalse(BakePaths.isSameHost(repository, "https://git.example.com.evil.example/web.git"));
        assertFalse(BakePaths.isSameHost(repository, "https://git.example.com@evil.example/web.git"));
        assertFalse(BakePaths.isSameHost(repository, "https://evil.example/@git.example.com/web.git"));
        assertFalse(BakePaths.isSameHost(repository, "https://evil.example?@git.example.com/web.git"));
        assertFalse(BakePaths.isSameHost(repository, "https://evil.example#@git.example.com/web.git"));
        assertFalse(BakePaths.isSameHost(repository, "https://evil.example\\@git.example.com/web.git"));
        assertFalse(BakePaths.isSameHost(repository, "app"));
        assertTrue(BakePaths.isSameHost("git@example.com:a.git", "git@example.com:b.git"));
        assertFalse(BakePaths.isSameHost("git@example.com:a.git", "git@example.org:a.git"));
        assertTrue(BakePaths.isSameHost("https://[2001:db8::1]/a.git", "https://[2001:db8::1]/b.git"));
        assertFalse(BakePaths.isSameHost("https://[2001:db8::1]/a.git", "https://[2001:db8::2]/b.git"));
        assertFalse(BakePaths.isSameHost("https://[2001:db8::1]/a.git", "https://[2001:db8::1]:8443/b.git"));
        assertEquals("git.example.com", BakePaths.host(repository));
        assertEquals("127.0.0.1:8080", BakePaths.host("http://user@127.0.0.1:8080/x.git"));
        assertEquals("example.com", BakePaths.host("git@example.com:a.git"));
    }

    @ParameterizedTest
    @CsvSource({
        "git@example.com:x.git, true",
        "deploy-key@git.example.com:shop/x.git#main:app, true",
        "ssh://git@example.com:2222/x.git, true",
        "SSH://example.com/x.git, true",
        "https://git@example.com/x.git, false",
        "git://example.com/x.git, false",
        "github.com/a/b, false",
        "./a@b:c, false",
        "a/b@c:d, false",
        "cwd://a@b:c, false",
        "target:a@b:c, false",
    })
    void aRepositoryCanBeFetchedOverSsh(String address, boolean ssh) {
        assertEquals(ssh, BakePaths.isSsh(address));
        if (ssh) {
            assertTrue(BakePaths.isRemote(address));
            assertTrue(BakePaths.isRepository(address));
        }
    }

    @Test
    void aContextIsInTheSameRepositoryWithAnotherCommitOrFolder() {
        String repository = "https://git.example.com/shop/deploy.git#main";
        assertTrue(BakePaths.isSameRepository(repository, "https://git.example.com/shop/deploy.git#main:app"));
        assertTrue(BakePaths.isSameRepository(repository, "https://git.example.com/shop/deploy.git?ref=v1"));
        assertFalse(BakePaths.isSameRepository(repository, "https://git.example.com/other/deploy.git#main"));
        assertFalse(BakePaths.isSameRepository(repository, "http://git.example.com/shop/deploy.git#main"));
        assertFalse(BakePaths.isSameRepository(repository, "app"));
        assertTrue(BakePaths.isSameRepository("git@example.com:a.git", "git@example.com:a.git#:app"));
    }

    @Test
    void archivesAreKnownByTheirFirstBytes() {
        assertTrue(BakePaths.isArchive(new byte[] {0x1f, (byte) 0x8b, 8, 0}));
        byte[] tar = new byte[512];
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
        assertTrue(BakePaths.isArchive(tar));
        assertFalse(BakePaths.isArchive("target \"default\" {}".getBytes(StandardCharsets.US_ASCII)));
        assertFalse(BakePaths.isArchive(new byte[0]));
    }
}
