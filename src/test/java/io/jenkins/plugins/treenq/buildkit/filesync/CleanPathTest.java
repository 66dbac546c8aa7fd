// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.filesync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CleanPathTest {
    @ParameterizedTest
    @CsvSource({
        "'',.",
        ".,.",
        "/,/",
        "//,/",
        "a,a",
        "a/,a",
        "./a,a",
        "a//b,a/b",
        "a/./b,a/b",
        "a/..,.",
        "a/../b,b",
        "..,..",
        "../a,../a",
        "a/../..,..",
        "/..,/",
        "/../a,/a",
        "/a/../../b,/b",
        "../../a/..,../..",
        ".../a,.../a"
    })
    void cleansAsGoDoes(String path, String clean) {
        assertEquals(clean, CleanPath.clean(path));
    }

    @ParameterizedTest
    @CsvSource({"'','',''", "'',a/,a", "a,'',a", ".,/b,b", "a,../b,b", "/a,..,/", "/,a,/a"})
    void joinsPathsLikeGo(String parent, String child, String joined) {
        assertEquals(joined, CleanPath.join(parent, child));
    }
}
