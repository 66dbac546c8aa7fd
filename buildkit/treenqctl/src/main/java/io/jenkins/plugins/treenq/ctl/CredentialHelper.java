// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Runs Docker's credential helpers ({@code docker-credential-helpers}, {@code client/client.go}). */
final class CredentialHelper {
    private static final String NOT_FOUND = "credentials not found in native keychain";

    /** The user name for which the secret is an identity token. */
    private static final String TOKEN_USER = "<token>";

    private CredentialHelper() {}

    /**
     * Runs {@code docker-credential-NAME get}.
     *
     * @param name the name of the credential helper
     * @param registry the key of the registry in Docker's configuration
     * @return the login, or empty if the credential helper has none
     * @throws IllegalStateException if the program cannot be run, fails, or prints something other than a login
     */
    static Optional<RegistryLogin> get(String name, String registry) {
        String program = "docker-credential-" + name;
        String output;
        int exit;
        try {
            Process process = new ProcessBuilder(program, "get")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (OutputStream input = process.getOutputStream()) {
                input.write(registry.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // The program may respond without reading its input.
            }
            output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            exit = process.waitFor();
        } catch (IOException e) {
            throw new IllegalStateException(program
                    + " cannot be run; check that the program is installed, in a folder of PATH, and may be executed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(program + " was interrupted");
        }
        if (exit != 0 && output.equals(NOT_FOUND)) {
            return Optional.empty();
        }
        if (exit != 0) {
            throw new IllegalStateException(program + " has no login for " + registry + ": " + output);
        }
        return Optional.of(login(program, output));
    }

    private static RegistryLogin login(String program, String output) {
        try {
            JsonObject answer = JsonParser.parseString(output).getAsJsonObject();
            String user = answer.get("Username").getAsString();
            String secret = answer.get("Secret").getAsString();
            return new RegistryLogin(user.equals(TOKEN_USER) ? "" : user, secret);
        } catch (JsonParseException | IllegalStateException | NullPointerException e) {
            throw new IllegalStateException(program + " returned no valid login");
        }
    }
}
