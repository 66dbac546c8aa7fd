// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BuildFailuresTest {
    private static final Endpoint ENDPOINT = Endpoint.of("tcp://buildkitd.example.com:1234", null);
    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    /** A location in the Dockerfile. */
    private static final Any SOURCE = detail(
            "errdefs.Source",
            "{\"info\":{\"filename\":\"Dockerfile\",\"data\":\"RlJPTSBhCg==\"},"
                    + "\"ranges\":[{\"start\":{\"line\":1},\"end\":{\"line\":1}}]}");

    private static BuildkitException failure(Status.Code code, String text, Any... details) {
        Metadata trailers = new Metadata();
        com.google.rpc.Status.Builder status =
                com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage(text);
        for (Any detail : details) {
            status.addDetails(detail);
        }
        trailers.put(DETAILS, status.build().toByteArray());
        return BuildFailures.of(code.toStatus().withDescription(text).asRuntimeException(trailers), ENDPOINT);
    }

    private static Any detail(String type, String json) {
        return Any.newBuilder()
                .setTypeUrl("github.com/moby/buildkit/" + type + "+json")
                .setValue(ByteString.copyFromUtf8(json))
                .build();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            failed to push r.example.com/a:1: failed to authorize: 401 Unauthorized | RegistryRefused | cannot push r.example.com/a:1: the registry refused the login
            failed to push r.example.com/a:1: push access denied, repository does not exist: insufficient_scope | RegistryRefused | denies access
            failed to push r.example.com/a:1: tls: failed to verify certificate: x509: certificate signed by unknown authority | RegistryRefused | does not trust the registry's certificate
            failed to push r.example.com/a:1: dial tcp 10.0.0.1:443: connect: connection refused | RegistryRefused | nothing listens at the registry's address
            failed to push r.example.com/a:1: dial tcp: lookup r.example.com: no such host | RegistryRefused | cannot resolve the registry's host name
            failed to push r.example.com/a:1: dial tcp 10.0.0.1:443: i/o timeout | RegistryRefused | cannot reach the registry
            failed to load cache key: repository does not contain ref v9, output: "" | BuildFailed | repository does not contain ref v9
            failed to push r.example.com/a:1: unexpected status from PUT request to https://r.example.com/v2/a: 503 Service Unavailable | RegistryRefused | is overloaded or has an internal error
            failed to push r.example.com/a:1: something new | RegistryRefused | cannot push r.example.com/a:1 (failed
            busybox:9: failed to resolve source metadata for docker.io/library/busybox:9: docker.io/library/busybox:9: not found | BuildFailed | base image docker.io/library/busybox:9 does not exist
            failed to resolve source metadata for r.example.com/scanner:1: r.example.com/scanner:1: not found | BuildFailed | image r.example.com/scanner:1 does not exist; check its name and tag, or the requested frontend or SBOM scanner
            failed to resolve source metadata for docker.io/library/base@sha256:2d: unable to get info about digest: NotFound: rpc error: code = NotFound desc = content sha256:2d: not found | BuildFailed | the OCI layout of this image does not contain sha256:2d; check the digest after oci-layout:// and the folder
            busybox: failed to resolve source metadata for docker.io/library/busybox:9: no match for platform in manifest: not found | BuildFailed | base image docker.io/library/busybox:9 does not support the requested platform
            error writing layer blob: failed to do request: Head "https://r.example.com/v2/": dial tcp: connection refused | RegistryRefused | cannot export the cache; with ignore-error=true, the build would succeed: nothing listens at the registry's address
            app: failed to resolve source metadata for r.example.com/app:1: failed to authorize: failed to fetch anonymous token: 401 Unauthorized | RegistryRefused | cannot pull base image r.example.com/app:1
            busybox: failed to resolve source metadata for docker.io/library/busybox:9: could not resolve image due to policy: source "docker-image://docker.io/library/busybox:9" denied by policy: source denied by policy | BuildFailed | a source policy forbids docker-image://docker.io/library/busybox:9
            failed to copy: write /x: no space left on device | DaemonFailed | is full
            no active session for abc: context deadline exceeded | ConnectionLost | lost this build's session
            process "/bin/sh -c false" did not complete successfully: exit code: 1 | BuildFailed | process "/bin/sh -c false"
            """)
    void errorsOfTheDaemonBecomeOneLineWithARemedy(String text, String kind, String part) {
        BuildkitException failure = failure(Status.Code.UNKNOWN, "failed to solve: " + text);
        assertEquals(kind + "Exception", failure.getClass().getSimpleName(), failure.getMessage());
        assertTrue(failure.getMessage().contains(part), failure.getMessage());
    }

    /** These texts can come from a Dockerfile or from another server, and are not a reason to use another daemon. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            process "/bin/sh -c echo : no space left on device; exit 1" did not complete successfully: exit code: 1 | BuildFailed
            process "/bin/sh -c echo no active session; exit 1" did not complete successfully: exit code: 1 | BuildFailed
            process "/bin/sh -c a" did not complete successfully: exit code: 1: write /x: no space left on device | BuildFailed
            failed to push r.example.com/a:1: unexpected status from PUT request to https://r.example.com/v2/a: 500: write /x: no space left on device | RegistryRefused
            failed to compute cache key: failed to calculate checksum of ref a::b: "/no space left on device": not found | BuildFailed
            failed to compute cache key: failed to calculate checksum of ref a::b: "/my session is": not found | BuildFailed
            failed to compute cache key: failed to calculate checksum of ref a::b: "/: no active session": not found | BuildFailed
            failed to compute cache key: failed to calculate checksum of ref a::b: "/: snapshot a does not exist": not found | BuildFailed
            failed to compute cache key: failed to calculate checksum of ref a::b: "/: content digest sha256:a": not found | BuildFailed
            process "/bin/sh -c a" did not complete successfully: exit code: 1: snapshot a does not exist: not found | BuildFailed
            process "/bin/sh -c a" did not complete successfully: exit code: 1: write /x: read-only file system | BuildFailed
            failed to push r.example.com/a:1: unexpected status from PUT request to https://r.example.com/v2/a: 404: content digest sha256:a: not found | RegistryRefused
            failed to load cache key: failed to fetch remote https://e.example.com/r.git: git stderr: fatal: remote error: input/output error | BuildFailed
            """)
    void aFailureOfABuildStepIsNotAFailureOfTheDaemon(String text, String kind) {
        BuildkitException failure = failure(Status.Code.UNKNOWN, "failed to solve: " + text);
        assertEquals(kind + "Exception", failure.getClass().getSimpleName(), failure.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            failed to copy: write /x: no space left on device | full
            failed to mount /x: mkdir /y: disk quota exceeded | full
            failed to create lease: write /var/lib/buildkit/runc-overlayfs/containerdmeta.db: input/output error | broken or read-only
            failed to prepare a as b: mkdir /x: read-only file system | broken or read-only
            failed to mount /x: open /y: structure needs cleaning | broken or read-only
            failed to commit bbbqxq7g6fgp0vq0nzgcmzj6e to qz8lr0lw9m7dbt3a2q0cxvkxz during finalize: failed to stat active key during commit: snapshot does not exist: not found | is incomplete
            failed to finalize upper parent during diff: failed to commit a to b during finalize: failed to stat active key during commit: snapshot oqp2tt0j92 does not exist: not found | is incomplete
            failed to compute cache key: failed to mount a: snapshot  does not exist: not found | is incomplete
            failed to mount /path: parent snapshot sha256:c032 does not exist: not found | is incomplete
            failed to prepare a as b: missing parent "buildkit/3/a" bucket: not found | is incomplete
            failed to push r.example.com/a:1: content digest sha256:8728: not found | is incomplete
            failed to push r.example.com/a:1: blob sha256:8728 expected at /var/lib/buildkit/runc-overlayfs/content/blobs/sha256/8728: blob not found: not found | is incomplete
            failed to add snapshot a to lease: lease does not exist: not found | is incomplete
            lease "a": not found | is incomplete
            failed to compute cache key: failed to restore missing snapshot a: no blob available | is incomplete
            cannot read dir src/: failed to mount /tmp/buildkit-mount3692176307: [{Type:bind Source:/x/snapshots/snapshots/13417/fs Target: Options:[rbind ro]}]: no such file or directory | is incomplete
            """)
    void aDaemonWhoseStorageFailsIsDistinguishedFromABuildThatFails(String text, String part) {
        for (Any[] details : new Any[][] {{}, {SOURCE, detail("errdefs.Vertex", "{}")}}) {
            BuildkitException.DaemonFailedException failure = (BuildkitException.DaemonFailedException)
                    failure(Status.Code.NOT_FOUND, "failed to solve: " + text, details);
            assertTrue(failure.isStorageFailed());
            assertTrue(failure.getMessage().contains(part), failure.getMessage());
            assertTrue(failure.getMessage().contains(ENDPOINT.address().toString()), failure.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"busybox: ", ""})
    void aFrontendThatPassesAFailureOfTheStorageOnDoesNotHideIt(String stage) {
        BuildkitException.DaemonFailedException failure = (BuildkitException.DaemonFailedException) failure(
                Status.Code.UNKNOWN,
                "failed to solve: " + stage + "failed to resolve source metadata for docker.io/library/busybox:latest:"
                        + " write /x/runc-overlayfs/containerdmeta.db: no space left on device",
                SOURCE);
        assertTrue(failure.isStorageFailed());
    }

    /** The end of these texts is in the Dockerfile, as in {@code FROM ${a:? …}}. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            failed to process "${a:? b: no space left on device}": a:  b: no space left on device
            failed to process "${a:?snapshot does not exist: not found}": a: snapshot does not exist: not found
            failed to process "${a:?no active session}": a: no active session
            dockerfile parse error on line 1: unknown flag: --a: input/output error
            dockerfile parse error on line 1: unknown flag: --failed to resolve source metadata for a: : no space left on device
            """)
    void aFrontendThatRefusesADockerfileIsNotAFailureOfTheDaemon(String text) {
        BuildkitException failure = failure(Status.Code.UNKNOWN, "failed to solve: " + text, SOURCE);
        assertFalse(failure instanceof BuildkitException.DaemonFailedException, failure.getMessage());
        assertFalse(failure instanceof BuildkitException.ConnectionLostException, failure.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            process "/bin/sh -c a \\"b\\"" did not complete successfully: exit code: 3 | Command[exitCode=3, rest=]
            process "/bin/sh -c a" did not complete successfully: exit code: 137: context deadline exceeded | Command[exitCode=137, rest=context deadline exceeded]
            failed to compute cache key: failed to calculate checksum of ref a::b: "/b/c d": not found | NoFile[source=, path=b/c d]
            target stage "prod" could not be found | NoStage[name=prod]
            busybox: failed to resolve source metadata for docker.io/library/busybox:9: no match for platform in manifest: not found | NoPlatform[image=docker.io/library/busybox:9]
            failed to load cache key: repository does not contain ref v9, output: "" | NoReference[reference=v9]
            failed to load cache key: failed to fetch remote https://e.example.com/r.git: git stderr: fatal: unable to access: no host : exit status 128 | NoRepository[address=https://e.example.com/r.git, words=unable to access: no host]
            failed to load cache key: failed to update submodules for https://e.example.com/r.git: git stderr: fatal: No url found for submodule path 'a b' in .gitmodules: exit status 128 | NoSubmodules[address=https://e.example.com/r.git, words=No url found for submodule path 'a b' in .gitmodules]
            failed to update submodules for https://e.example.com/r.git: git stderr: Submodule 'a' (https://e.example.com/a.git) registered for path 'a' Cloning into '/x/a'... fatal: could not read Username for 'https://e.example.com': terminal prompts disabled fatal: clone of 'https://e.example.com/a.git' into submodule path '/x/a' failed Failed to clone 'a'. Retry scheduled : exit status 1 | NoSubmodules[address=https://e.example.com/r.git, words=could not read Username for 'https://e.example.com': terminal prompts disabled]
            it failed | null
            """)
    void theReasonIsParsedFromTheDaemonsMessage(String text, String reason) {
        BuildkitException.BuildFailedException failure =
                (BuildkitException.BuildFailedException) failure(Status.Code.UNKNOWN, "failed to solve: " + text);
        assertEquals(reason, String.valueOf(failure.reason()));
    }

    /** Lines of an instruction are separated by {@code ;}. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            COPY b /x | NoFile[source=, path=b]
            COPY b --from=base | NoFile[source=, path=b]
            COPY --link --from=base /b /x | NoFile[source=base, path=b]
            COPY --link \\;# a comment;  --from=base \\;  /b /x | NoFile[source=base, path=b]
            RUN --mount=from=base,target=/x true | NoFile[source=base, path=b]
            RUN --mount=type=bind,source=b,target=/x tool --from=other --mount=from=other | NoFile[source=, path=b]
            RUN --mount=from=one,source=/a,target=/x --mount=from=two,source=/b,target=/y true | NoFile[source=two, path=b]
            RUN --mount=from=one,src=a,target=/x \\;--mount=target=/y,src=./b/ true | NoFile[source=, path=b]
            RUN --mount=from=one,target=/x --mount=from=two,target=/y,SOURCE=b true | NoFile[source=two, path=b]
            RUN --mount=from=one,src=/b,target=/x --mount=from=one,src=b,target=/y true | NoFile[source=one, path=b]
            RUN --mount=from=one,src=/b,target=/x --mount=from=two,src=/b,target=/y true | null
            RUN --mount=from=one,src=/a,target=/x --mount=from=two,src=$B,target=/y true | null
            """)
    void theSourceOfAMissingFileIsThatOfItsMount(String instruction, String reason) {
        String lines = instruction.replace(';', '\n');
        String dockerfile = Base64.getEncoder().encodeToString(lines.getBytes(StandardCharsets.UTF_8));
        BuildkitException.BuildFailedException failure = (BuildkitException.BuildFailedException) failure(
                Status.Code.UNKNOWN,
                "failed to compute cache key: failed to calculate checksum of ref a::b: \"/b\": not found",
                detail(
                        "errdefs.Source",
                        "{\"info\":{\"filename\":\"Dockerfile\",\"data\":\"" + dockerfile
                                + "\"},\"ranges\":[{\"start\":{\"line\":1},\"end\":{\"line\":"
                                + lines.lines().count() + "}}]}"));
        assertEquals(reason, String.valueOf(failure.reason()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            failed to push r.example.com/a:1: failed to do request: Head "https://r.example.com/v2/a/blobs/x": dial tcp 10.0.0.1:443: connect: connection refused | true
            failed to push r.example.com/a:1: failed to do request: Put "https://r.example.com/v2/a/manifests/1": read tcp 10.0.0.1:443: read: connection reset by peer | true
            failed to push r.example.com/a:1: failed to do request: Put "https://r.example.com/v2/a/manifests/1": EOF | true
            failed to push r.example.com/a:1: unexpected status from PUT request to https://r.example.com/v2/a/manifests/1: 503 Service Unavailable | true
            failed to push r.example.com/a:1: unexpected status from HEAD request to https://r.example.com/v2/a/blobs/x: 429 Too Many Requests | true
            failed to push r.example.com/a:1: unexpected status from PUT request to https://r.example.com:500/v2/a/manifests/1: 429 | true
            failed to push r.example.com/a:1: unexpected status from PUT request to https://r.example.com:500/v2/a/manifests/1: 404 Not Found | false
            failed to push r.example.com/a:1: failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://r.example.com/token: 502 Bad Gateway | true
            failed to push r.example.com/a:1: failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://r.example.com/token: 401 Unauthorized | false
            failed to push r.example.com/a:1: unexpected status from POST request to https://r.example.com/v2/a/blobs/uploads/: 403 Forbidden | false
            failed to push r.example.com/a:1: unexpected status from PUT request to https://r.example.com/v2/a/manifests/1: 413 Request Entity Too Large | false
            failed to push r.example.com/a:1: dial tcp: lookup r.example.com: no such host | false
            failed to push r.example.com/a:1: tls: failed to verify certificate: x509: certificate signed by unknown authority | false
            failed to push r.example.com/a:1: something new | false
            busybox: failed to resolve source metadata for docker.io/library/busybox:9: unexpected status from HEAD request to https://r.example.com/v2/: 503 Service Unavailable | false
            error writing layer blob: failed to do request: Head "https://r.example.com/v2/": dial tcp: connection refused | false
            """)
    void onlyAnInterruptedPushIsRetried(String text, boolean unfinished) {
        BuildkitException.RegistryRefusedException failure =
                (BuildkitException.RegistryRefusedException) failure(Status.Code.UNKNOWN, "failed to solve: " + text);
        assertEquals(unfinished, failure.isUnfinishedPush(), failure.getMessage());
    }

    @Test
    void aBrokenConnectionIsNotAnErrorOfTheDaemon() {
        BuildkitException failure = BuildFailures.of(
                Status.UNAVAILABLE
                        .withDescription("io exception")
                        .withCause(new IOException("reset"))
                        .asRuntimeException(),
                ENDPOINT);
        assertEquals(BuildkitException.ConnectionLostException.class, failure.getClass());
        assertTrue(failure.getMessage().contains("buildkitd.example.com:1234"));
    }

    @Test
    void whatAFrontendDoesNotSupportIsNamed() {
        assertEquals(
                "this frontend does not support named contexts; use a newer frontend in the Dockerfile's line"
                        + " '# syntax=' (unsupported frontend capability moby.buildkit.frontend.contexts)",
                failure(
                                Status.Code.UNIMPLEMENTED,
                                "failed to solve: unsupported frontend capability moby.buildkit.frontend.contexts")
                        .getMessage());
        assertTrue(failure(
                        Status.Code.UNIMPLEMENTED,
                        "failed to solve: unsupported frontend capability moby.buildkit.frontend.gitquerystring")
                .getMessage()
                .startsWith("this frontend does not support the query of a Git repository's address; write the address"
                        + " as in https://HOST/NAME.git#REF:FOLDER, or update the daemon ("));
        // A build step prints this text.
        assertEquals(
                "process \"x: unsupported frontend capability moby.buildkit.frontend.contexts\" did not complete"
                        + " successfully: exit code: 1",
                failure(
                                Status.Code.UNKNOWN,
                                "process \"x: unsupported frontend capability moby.buildkit.frontend.contexts\" did not"
                                        + " complete successfully: exit code: 1",
                                detail("gatewayapi.ExitMessage", "{\"Code\":1}"))
                        .getMessage());
    }

    @Test
    void aMissingFrontendIsNotABaseImage() {
        String dockerfile = Base64.getEncoder()
                .encodeToString("# syntax=r.example.com/frontend:1\nFROM a\n".getBytes(StandardCharsets.UTF_8));
        BuildkitException failure = failure(
                Status.Code.UNKNOWN,
                "failed to solve: failed to resolve source metadata for r.example.com/frontend:1:"
                        + " r.example.com/frontend:1: not found",
                detail(
                        "errdefs.Source",
                        "{\"info\":{\"filename\":\"Dockerfile\",\"data\":\"" + dockerfile
                                + "\"},\"ranges\":[{\"start\":{\"line\":1},\"end\":{\"line\":1}}]}"));
        assertEquals(
                "Dockerfile:1: frontend r.example.com/frontend:1 does not exist; check its name and tag",
                failure.getMessage());
    }

    @Test
    void locationAndExitCodeAreParsedFromTheDetails() {
        String dockerfile = Base64.getEncoder().encodeToString("FROM a\nRUN b\n".getBytes(StandardCharsets.UTF_8));
        BuildkitException.BuildFailedException failure = (BuildkitException.BuildFailedException) failure(
                Status.Code.UNKNOWN,
                "failed to solve: it failed",
                detail("stack.Stack", "{}"),
                detail(
                        "errdefs.Source",
                        "{\"info\":{\"filename\":\"Dockerfile\",\"data\":\"" + dockerfile
                                + "\",\"language\":\"Dockerfile\"},\"ranges\":[{\"start\":{\"line\":2},\"end\":{\"line\":2}}]}"),
                detail("gatewayapi.ExitMessage", "{\"Code\":3}"));
        assertEquals("Dockerfile:2: it failed", failure.getMessage());
        assertEquals(3, failure.exitCode());
        assertEquals("RUN b", failure.location().lines().get(failure.location().line() - 1));
    }

    @Test
    void invalidDetailsAreIgnored() {
        for (String json :
                new String[] {"", "[]", "{\"info\":3}", "{\"info\":{\"data\":\"%%%\"}}", "{\"ranges\":{}}", "null"}) {
            BuildkitException.BuildFailedException failure = (BuildkitException.BuildFailedException)
                    failure(Status.Code.UNKNOWN, "it failed", detail("errdefs.Source", json));
            assertEquals("it failed", failure.getMessage());
            assertNull(failure.location());
        }
    }

    @Test
    void everyFailureIsSerializableAndHasOneLine() throws Exception {
        BuildkitException failure = failure(Status.Code.UNKNOWN, "several\n  lines\n");
        assertFalse(failure.getMessage().contains("\n"));
        try (ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            out.writeObject(failure);
            out.writeObject(BuildFailures.of(Status.UNAVAILABLE.asRuntimeException(), ENDPOINT));
        }
    }
}
