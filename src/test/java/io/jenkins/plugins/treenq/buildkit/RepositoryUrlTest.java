// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** URLs of repositories in labels and attestations. */
class RepositoryUrlTest {
    @ParameterizedTest
    @CsvSource({
        "https://git.example.com/shop/web.git, https://git.example.com/shop/web.git",
        "https://TOKEN@git.example.com/scm/team@x/repo.git, https://git.example.com/scm/team@x/repo.git",
        "https://bot:TOKEN@git.example.com/scm/team@x/repo.git, https://git.example.com/scm/team@x/repo.git",
        "https://bot:TO@KEN@git.example.com/@x, https://git.example.com/@x",
        "HTTPS://TOKEN@git.example.com/a@b?x=TOKEN#TOKEN, HTTPS://git.example.com/a@b",
        "https://git.example.com/team@x/repo.git, https://git.example.com/team@x/repo.git",
        "ssh://git:TOKEN@git.example.com:7999/team@x/repo.git, ssh://git@git.example.com:7999/team@x/repo.git",
        "ssh://git@git.example.com:7999/team@x/repo.git, ssh://git@git.example.com:7999/team@x/repo.git",
        "git@git.example.com:team@x/repo.git, git@git.example.com:team@x/repo.git",
    })
    void theLoginIsRemovedAndThePathIsKept(String url, String expected) {
        assertEquals(expected, RepositoryUrl.withoutLogin(url));
    }
}
