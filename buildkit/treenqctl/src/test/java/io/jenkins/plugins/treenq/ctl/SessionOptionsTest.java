// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.Daemon;
import io.jenkins.plugins.treenq.buildkit.Registry;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.ssh.SshKeyFormats;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** treenqctl with the secrets, keys and logins that the daemon requests during a build. */
@ParameterizedClass
@MethodSource("io.jenkins.plugins.treenq.buildkit.Daemon#all")
class SessionOptionsTest {
    @Parameter
    Daemon daemon;

    @TempDir
    Path folder;

    private String treenqctl(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(Ctl.program());
        line.add("--addr=" + daemon.socket());
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output + "\nexit " + process.waitFor();
    }

    private Path program(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void aBuildUsesSecretsKeysAndACredentialHelper() throws Exception {
        RegistryLogin login = daemon.login();
        program(
                "docker-credential-test",
                "test \"$1 $(cat)\" = 'get " + daemon.registry()
                        + "' || { echo credentials not found in native keychain;"
                        + " exit 1; }\necho '{\"ServerURL\":\"x\",\"Username\":\"" + login.username()
                        + "\",\"Secret\":\""
                        + login.secret() + "\"}'\n");
        Path key = Files.writeString(folder.resolve("key"), SshKeyFormats.openSsh(SshKeyFormats.pair("Ed25519", 255)));
        Path context = Files.createDirectory(folder.resolve("context"));
        Files.writeString(
                context.resolve("Dockerfile"),
                "FROM busybox\nRUN --mount=type=secret,id=one --mount=type=secret,id=TWO --mount=type=ssh,id=mine"
                        + " cat /run/secrets/one /run/secrets/TWO && test -S $SSH_AUTH_SOCK && date +%N > /unique\n");
        Path config = Files.createDirectory(folder.resolve("docker"));
        Files.writeString(config.resolve("config.json"), "{\"credsStore\":\"test\"}");
        Path secret = Files.writeString(folder.resolve("secret"), "from a file,");
        String repository = "client/ctl-" + daemon.version();
        String output = treenqctl(
                Map.of(
                        "DOCKER_CONFIG",
                        config.toString(),
                        "PATH",
                        folder + File.pathSeparator + System.getenv("PATH"),
                        "TWO",
                        "from a variable"),
                "build",
                "--frontend=dockerfile.v0",
                "--local=context=" + context,
                "--local=dockerfile=" + context,
                "--no-cache",
                "--secret=id=one,src=" + secret,
                "--secret=id=TWO",
                "--ssh=mine=" + key,
                "--metadata-file=" + folder.resolve("metadata"),
                "--output=type=image,name=" + daemon.registry() + "/" + repository + ":1,push=true");
        assertTrue(output.endsWith("exit 0"), output);
        assertTrue(output.contains("from a file,from a variable"), output);
        assertFalse(output.contains(login.secret()));
        String digest = new Registry(daemon).digest(repository, "1").orElseThrow();
        assertTrue(Files.readString(folder.resolve("metadata")).contains(digest));
    }

    @Test
    void anUnusableSecretOrKeyIsReportedInOneLine() throws Exception {
        for (Map.Entry<String, String> expected : Map.of(
                        "--ssh=mine=" + folder.resolve("nothing"),
                        "error: there is no file " + folder.resolve("nothing"),
                        "--secret=id=x,kind=y",
                        "error: unexpected key 'kind' in 'id=x,kind=y'",
                        "--registry-auth-tlscontext=ca=x",
                        "error: --registry-auth-tlscontext requires host=<host>")
                .entrySet()) {
            Ctl run = Ctl.treenqctl(daemon, "build", "--frontend=dockerfile.v0", expected.getKey());
            assertEquals(new Ctl(1, "", expected.getValue() + "\n"), run);
        }
    }
}
