// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jenkins.plugins.treenq.buildkit.BuildListener;
import io.jenkins.plugins.treenq.buildkit.BuildRequest;
import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Export;
import io.jenkins.plugins.treenq.buildkit.LocalSource;
import io.jenkins.plugins.treenq.buildkit.Output;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.session.Secrets;
import io.jenkins.plugins.treenq.buildkit.session.SessionContent;
import io.jenkins.plugins.treenq.buildkit.session.Upload;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** An error on a background thread of the client ends the build with this error. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
@Timeout(300)
class BackgroundErrorTest {
    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    private final Error error = new NoClassDefFoundError("of a lost class loader");
    private LocalSource.Folder source;

    @BeforeEach
    void dockerfile() throws Exception {
        Builds.dockerfile(folder, """
                FROM busybox
                RUN --mount=type=secret,id=s,required=true cat /run/secrets/s
                """);
        source = new LocalSource.Folder(folder);
    }

    private <T> T fail() {
        throw error;
    }

    private void assertEndsWithTheError(BuildRequest.Builder request, SessionContent content) throws Exception {
        try (BuildkitClient client = BuildkitClient.connect(daemon.endpoint())) {
            Error thrown = assertThrows(
                    Error.class,
                    () -> client.build(request.option("no-cache", "").build(), content, BuildListener.NONE));
            assertSame(error, thrown);
        }
    }

    private SessionContent content(RegistryLogins logins, Secrets secrets, Map<Integer, Output> outputs) {
        return new SessionContent(
                Map.of("context", source, "dockerfile", source),
                logins,
                secrets,
                Map.of(),
                outputs,
                Map.of(),
                Map.of(),
                "");
    }

    @Test
    void anErrorDuringTheLookupOfASecretFailsTheBuild() throws Exception {
        assertEndsWithTheError(Builds.request(), content(daemon.logins(), id -> fail(), Map.of()));
    }

    @Test
    void anErrorDuringTheLookupOfALoginFailsTheBuild() throws Exception {
        RegistryLogins logins = host -> host.equals(daemon.registry()) ? fail() : Optional.empty();
        Builds.dockerfile(folder, "FROM busybox\nRUN true\n");
        assertEndsWithTheError(
                Builds.request(Builds.push(daemon.registry() + "/client/error:1")),
                content(logins, Secrets.NONE, Map.of()));
    }

    @Test
    void anErrorWhileWritingAResultFailsTheBuild() throws Exception {
        Builds.dockerfile(folder, "FROM busybox\nRUN true\n");
        assertEndsWithTheError(
                Builds.request(new Export("tar", Map.of())),
                content(daemon.logins(), Secrets.NONE, Map.of(0, new Output.Stream(() -> fail()))));
    }

    @Test
    void anErrorWhileOpeningAnUploadFailsTheBuild() throws Exception {
        assertEndsWithTheError(
                Builds.request().option("context", Upload.address("u")),
                new SessionContent(
                        Map.of(),
                        daemon.logins(),
                        Secrets.NONE,
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        Map.of("u", () -> fail()),
                        ""));
    }
}
