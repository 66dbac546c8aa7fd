// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.corpus;

import java.util.List;

/** Names that files can have. */
final class Names {
    /** Whose order differs from that of whole paths. */
    static final List<String> TRAPS = List.of("a", "a-b", "a.b", "a b", "a0", "a!", "a\u0001", "a~", "aa", "A", "a%b", "b");

    static final List<String> PLAIN = List.of(
            "app", "lib", "src", "x", "y", "z.txt", "main.go", "README.md", "build", "node_modules", "out", "a1", "a2",
            "test_a", "test-b", "Z", "UPPER", "no-extension", "data.tar", "x.log", "y.log", "tmp1", "tmp22");

    /** That mean something to shells, patterns, URLs, Dockerfiles or daemons. */
    static final List<String> ODD = List.of(
            "-rf", "--", "-", "..a", "...", "a.", ".hidden", ".git", ".wh.a", ".wh..wh..opq", ".fsutil-metadata", " a",
            "a ", " ", "'", "\"", "`", "$HOME", "${x}", "$", "\\", "a\\b", "\\*", "*", "?", "a*b", "[a]", "[", "]", "[^a]",
            "[a-z]", "{a,b}", "!a", "!", "#a", "%41", "%", "%zz", "a+b", "+", "&", ";", "|", "<a>", "~", "^", "@", "=", ":",
            "a:b", ",", "a,b", "(a)", "a\nb", "\n", "\t", "a\r", "\u0001", "\u007f", "con", "nul", "Dockerfile.dockerignore",
            "deploy", "real", "dockerfile", "a\u0085", "\u0085", "\u00a0", "\u2028", "\u200b");

    /** Of every script, in each length of UTF-8, composed and not. */
    static final List<String> SCRIPTS = List.of(
            "\u00e9", "e\u0301", "\u00c5ngstr\u00f6m", "A\u030angstro\u0308m", "stra\u00dfe", "STRASSE", "\u0130", "\u0131",
            "\u0444\u0430\u0439\u043b", "\u03b1\u03b2\u03b3", "\u05d0\u05d1\u05d2", "\u0645\u0644\u0641",
            "\u0939\u093f\u0928\u094d\u0926\u0940", "\u0e44\u0e1f\u0e25\u0e4c", "\u10e5\u10d0", "\u0570\u0561\u0575",
            "\u1200\u1208", "\u0f56\u0f7c\u0f51", "\u13e3\u13b3", "\ud55c\uae00", "\u1112\u1161\u11ab\u1100\u1173\u11af",
            "\u65e5\u672c\u8a9e", "\u30d5\u30a1\u30a4\u30eb", "\uff8c\uff67\uff72\uff99", "\u6587\u4ef6", "\ufb01", "\uff5e",
            "\ufffd", "\ufeff", "\ufeffa", "\ue000", "\uffff", "\ud83d\ude00", "\ud83d\udc69\u200d\ud83d\udcbb",
            "\ud800\udf30", "\ud83c\udde9\ud83c\uddea", "\udbff\udfff", "a\u0301\u0323", "a\u0323\u0301", "\u202egpj.a");

    /** Byte by byte wrong in another way each. */
    static final List<String> NO_UTF8 = List.of(
            RawText.of('a', 0xff), RawText.of(0xff), RawText.of('a', 0xc3), RawText.of(0xc0, 0xaf), RawText.of(0x80),
            RawText.of(0xed, 0xa0, 0x80), RawText.of(0xf4, 0x90, 0x80, 0x80), RawText.of(0xe6, 0x97, 'a'));

    /** As long as Linux lets them be. */
    static final List<String> LONG = List.of("l".repeat(255), "\u65e5".repeat(85), "\ud83d\ude00".repeat(63));

    private Names() {}
}
