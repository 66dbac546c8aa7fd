// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.jenkins.plugins.treenq.buildkit.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.RegistryLogins;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Registry logins of a docker {@code config.json}: those that stand in the file, no credential helpers. */
final class DockerConfig {
    private static final String DOCKER_HUB_KEY = "https://index.docker.io/v1/";

    private DockerConfig() {}

    /** The logins of {@code $DOCKER_CONFIG} or of the user's own folder; none when there is no such file. */
    static RegistryLogins read() throws IOException {
        String folder = System.getenv("DOCKER_CONFIG");
        Path file = (folder == null ? Path.of(System.getProperty("user.home"), ".docker") : Path.of(folder))
                .resolve("config.json");
        if (!Files.exists(file)) {
            return RegistryLogins.NONE;
        }
        try {
            Map<String, RegistryLogin> logins =
                    logins(JsonParser.parseString(Files.readString(file)).getAsJsonObject());
            return host -> Optional.ofNullable(logins.get(host));
        } catch (JsonParseException | IllegalStateException | IllegalArgumentException e) {
            throw new IOException(file + " is not a docker configuration: " + e.getMessage());
        }
    }

    private static Map<String, RegistryLogin> logins(JsonObject config) {
        Map<String, RegistryLogin> logins = new HashMap<>();
        JsonObject auths = config.has("auths") ? config.getAsJsonObject("auths") : new JsonObject();
        for (Map.Entry<String, JsonElement> entry : auths.entrySet()) {
            JsonObject auth = entry.getValue().getAsJsonObject();
            String host = entry.getKey().equals(DOCKER_HUB_KEY)
                    ? "docker.io"
                    : entry.getKey().replaceFirst("^https?://", "").replaceFirst("/.*", "");
            login(auth).ifPresent(login -> logins.put(host, login));
        }
        return logins;
    }

    private static Optional<RegistryLogin> login(JsonObject auth) {
        if (!text(auth, "identitytoken").isEmpty()) {
            return Optional.of(new RegistryLogin("", text(auth, "identitytoken")));
        }
        String pair = new String(Base64.getDecoder().decode(text(auth, "auth")), StandardCharsets.UTF_8);
        int colon = pair.indexOf(':');
        if (colon > 0) {
            // Docker itself pads the password with zero bytes at times.
            return Optional.of(new RegistryLogin(
                    pair.substring(0, colon), pair.substring(colon + 1).replaceAll("\0+$", "")));
        }
        return text(auth, "username").isEmpty()
                ? Optional.empty()
                : Optional.of(new RegistryLogin(text(auth, "username"), text(auth, "password")));
    }

    private static String text(JsonObject object, String name) {
        return object.has(name) ? object.get(name).getAsString() : "";
    }
}
