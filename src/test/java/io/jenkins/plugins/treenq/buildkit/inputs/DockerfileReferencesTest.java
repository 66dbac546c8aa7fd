// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.inputs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DockerfileReferencesTest {
    private static Set<String> images(String... lines) throws UnknownInputException {
        return DockerfileReferences.images(String.join("\n", lines), Map.of());
    }

    private static String unclear(String... lines) {
        return assertThrows(UnknownInputException.class, () -> images(lines)).getMessage();
    }

    @Test
    void allInstructionsThatReferToImagesAreFound() throws UnknownInputException {
        assertEquals(
                Set.of("a", "b:1", "c", "d", "e/f@sha256:1", "g", "h"),
                images(
                        "\uFEFFfrom a AS one",
                        "FROM --platform=$BUILDPLATFORM b:1 as two",
                        "COPY --link --from=c / /",
                        "RUN --mount=type=bind,from=d,target=/d --mount=type=cache,target=/x make",
                        "ADD --from=e/f@sha256:1 / /",
                        "  Copy --from='g' / /",
                        "ONBUILD COPY --from=h / /"));
    }

    @Test
    void stagesAndScratchAreNotImages() throws UnknownInputException {
        assertEquals(
                Set.of("a"),
                images(
                        "FROM a AS Build",
                        "FROM build AS next",
                        "FROM scratch",
                        "COPY --from=build / /",
                        "COPY --from=0 / /",
                        "RUN --mount=from=NEXT true"));
    }

    @Test
    void aNameIsAStageOnlyAfterItsDefinition() throws UnknownInputException {
        assertEquals(Set.of("busybox", "a"), images("FROM busybox", "FROM a AS busybox"));
    }

    @Test
    void linesAreJoinedLikeByTheDaemon() throws UnknownInputException {
        assertEquals(
                Set.of("busybox", "b", "c"),
                images(
                        "FRO\\",
                        "M busy\\  ",
                        "# a comment",
                        "",
                        "box AS \\",
                        "  one\r",
                        "RUN true \\\\",
                        "FROM b",
                        "ENV X=1 \\",
                        "  FROM c"));
    }

    @Test
    void aContinuationLineDefinesNoStage() throws UnknownInputException {
        assertEquals(Set.of("a", "busybox", "c"), images("FROM a", "ENV X=1 \\", " FROM c AS busybox", "FROM busybox"));
    }

    @Test
    void heredocsAreNotInstructions() throws UnknownInputException {
        assertEquals(
                Set.of("a", "b"),
                images(
                        "FROM a AS one",
                        "RUN python3 <<EOF",
                        "from os import path",
                        " EOF",
                        "FROM x",
                        "EOF",
                        "COPY <<-'END' /file",
                        "FROM y",
                        "\tEND",
                        "FROM b",
                        "COPY --from=one / /"));
    }

    @Test
    void anAmbiguousHeredocMakesEveryLineAnInstruction() throws UnknownInputException {
        for (String first : List.of(
                "RUN echo \"<<EOF\"",
                "RUN cat <<A <<EOF",
                "RUN echo ${X:-a <<EOF b}",
                "RUN [\"cat\", \"<<EOF\"]",
                "RUN echo $((1<<2))",
                "ONBUILD RUN <<EOF",
                "RUN cat <<EOF)")) {
            assertEquals(Set.of("a", "x", "one"), images("FROM a", first, "FROM x AS one", "EOF", "FROM one"), first);
        }
        assertEquals(Set.of("a", "x"), images("FROM a", "ENV X=1 \\", " RUN <<EOF", "FROM x", "EOF"));
        assertEquals(Set.of("a", "x"), images("FROM a", "LABEL x=<<EOF", "FROM x AS b", "FROM b"));
        assertEquals(
                "the name of an instruction may be split over two lines",
                unclear("FROM a", "RUN echo \"<<EOF\"", "FR\\", "OM x"));
    }

    @Test
    void globalArgumentsAreExpanded() throws UnknownInputException {
        String dockerfile = String.join(
                "\n",
                "ARG BASE=busybox TAG",
                "ARG HOST='r.example.com'",
                "ARG NAME=\"${HOST}/${BASE}\"",
                "FROM ${NAME}:${TAG:-1}",
                "FROM $BASE${TAG:+:}$TAG",
                "FROM ${TAG-none}",
                "ARG BASE=not-this");
        assertEquals(
                Set.of("r.example.com/busybox:1", "busybox", "none"),
                DockerfileReferences.images(dockerfile, Map.of("OTHER", "x")));
        assertEquals(
                Set.of("r.example.com/alpine:3", "alpine:3", "3"),
                DockerfileReferences.images(dockerfile, Map.of("BASE", "alpine", "TAG", "3")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FROM $X",
                "FROM a\nARG X=1\nFROM $X",
                "ARG X=a\\b\nFROM $X",
                "ARG X=a Y=\"b\nFROM $X",
                "ARG TARGETARCH\nFROM a-$TARGETARCH",
                "ARG X=a\nFROM ${X#a}",
                "ARG X=a\nFROM ${X/a/b}",
                "ARG X=a\nFROM \"$X\"",
                "ARG X=$Y\nFROM $X",
                "ARG X=1\nARG X\nFROM $X",
                "FROM a\nCOPY --from=$X / /",
                "FROM a\nRUN --mount=from=${X} true",
                "FROM a\nADD https://example.com/x /",
                "FROM a\nADD [\"git@github.com:a/b\", \"/\"]",
                "FROM a\nADD github.com/a/b.git#main /",
                "FROM a\nADD $X /",
                "# escape=`\nFROM a",
                "# syntax=example.com/my/frontend\nFROM a",
                "// syntax=docker/dockerfile:1\nFROM a",
                "{\"syntax\":\"x\"}",
                "#!/usr/bin/env x\n// syntax=x\nFROM a"
            })
    void unknownReferencesAreReported(String dockerfile) {
        unclear(dockerfile);
    }

    @Test
    void anAddWithAChecksumIsAllowed() throws UnknownInputException {
        assertEquals(
                Set.of("a"),
                images("FROM a", "ADD --checksum=sha256:1 https://example.com/x /", "ADD file.tgz dir/ /"));
    }

    @Test
    void theFrontendImageIsAReference() throws UnknownInputException {
        assertEquals(
                Set.of("docker/dockerfile:1.7", "a"),
                images("#!/bin/x", "#  Syntax = docker/dockerfile:1.7", "FROM a"));
    }
}
