// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.jenkins.plugins.treenq.buildkit.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.TokenSource;
import io.jenkins.plugins.treenq.buildkit.client.GoBooleans;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Registry logins of a docker {@code config.json} and of {@code $DOCKER_AUTH_CONFIG}: those that stand there, and those
 * that its credential helpers keep (docker's {@code cli/config/configfile/file.go}). As buildctl does, it gets tokens
 * from here, unless {@code $BUILDKIT_NO_CLIENT_TOKEN} forbids it ({@code session/auth/authprovider/authprovider.go}).
 */
final class DockerConfig implements RegistryLogins {
    private static final String DOCKER_HUB = "docker.io";
    private static final String DOCKER_HUB_KEY = "https://index.docker.io/v1/";

    /** What helpers give may be short-lived; some cloud's logins end after five minutes. */
    private static final Duration KEPT = Duration.ofSeconds(290);

    private final Map<String, RegistryLogin> given = new HashMap<>();
    private final Map<String, RegistryLogin> stored = new HashMap<>();
    private final Map<String, String> helpers = new HashMap<>();
    private final Map<String, Kept> kept = new HashMap<>();
    private final Map<String, RegistryTlsOptions> tls;
    private final TokenSeeds seeds;
    private final boolean tokensByDaemon;
    private String defaultHelper = "";

    private record Kept(Optional<RegistryLogin> login, long at) {}

    private DockerConfig(Path folder, Map<String, String> environment, Map<String, RegistryTlsOptions> tls) {
        this.tls = tls;
        this.seeds = new TokenSeeds(folder);
        this.tokensByDaemon = GoBooleans.parse(environment.getOrDefault("BUILDKIT_NO_CLIENT_TOKEN", ""))
                .orElse(false);
    }

    /** The logins of {@code $DOCKER_CONFIG} or of the user's own folder; none when there is no such file. */
    static RegistryLogins read(Map<String, String> environment, Map<String, RegistryTlsOptions> tls)
            throws IOException {
        String folder = environment.get("DOCKER_CONFIG");
        Path home = folder == null || folder.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".docker")
                : Path.of(folder);
        DockerConfig config = new DockerConfig(home, environment, tls);
        Path file = home.resolve("config.json");
        if (Files.exists(file)) {
            config.add(file.toString(), OptionFile.text(file), config.stored);
        }
        String variable = environment.getOrDefault("DOCKER_AUTH_CONFIG", "");
        if (!variable.isEmpty()) {
            config.add("$DOCKER_AUTH_CONFIG", variable, config.given);
        }
        return config;
    }

    private void add(String name, String text, Map<String, RegistryLogin> logins) throws IOException {
        try {
            JsonObject config = JsonParser.parseString(text).getAsJsonObject();
            object(config, "auths").forEach((host, auth) -> login(auth.getAsJsonObject())
                    .ifPresent(login -> logins.put(canonical(host), login)));
            object(config, "credHelpers")
                    .forEach((host, helper) -> helpers.put(canonical(host), helper.getAsString()));
            if (!text(config, "credsStore").isEmpty()) {
                defaultHelper = text(config, "credsStore");
            }
        } catch (JsonParseException | IllegalStateException | IllegalArgumentException e) {
            throw new IOException(name + " is not a docker configuration");
        }
    }

    private static Map<String, JsonElement> object(JsonObject object, String name) {
        return object.has(name) ? object.getAsJsonObject(name).asMap() : Map.of();
    }

    private static String canonical(String key) {
        return key.equals(DOCKER_HUB_KEY)
                ? DOCKER_HUB
                : key.replaceFirst("^[a-z]+://", "").replaceFirst("/.*", "");
    }

    private static Optional<RegistryLogin> login(JsonObject auth) {
        if (!text(auth, "registrytoken").isEmpty()) {
            return Optional.of(RegistryLogin.bearer(text(auth, "registrytoken")));
        }
        if (!text(auth, "identitytoken").isEmpty()) {
            return Optional.of(new RegistryLogin("", text(auth, "identitytoken")));
        }
        String pair = new String(Base64.getDecoder().decode(text(auth, "auth")), StandardCharsets.UTF_8);
        int colon = pair.indexOf(':');
        if (colon > 0) {
            // Docker itself pads the password with zero bytes at times.
            return Optional.of(new RegistryLogin(
                    pair.substring(0, colon), pair.substring(colon + 1).replaceAll("^\0+|\0+$", "")));
        }
        return text(auth, "username").isEmpty()
                ? Optional.empty()
                : Optional.of(new RegistryLogin(text(auth, "username"), text(auth, "password")));
    }

    private static String text(JsonObject object, String name) {
        return object.has(name) ? object.get(name).getAsString() : "";
    }

    @Override
    public synchronized Optional<RegistryLogin> find(String host) {
        if (given.containsKey(host)) {
            return Optional.of(given.get(host));
        }
        String helper = helpers.getOrDefault(host, defaultHelper);
        if (helper.isEmpty()) {
            return Optional.ofNullable(stored.get(host));
        }
        Kept last = kept.get(host);
        if (last == null || System.nanoTime() - last.at() > KEPT.toNanos()) {
            String key = host.equals(DOCKER_HUB) ? DOCKER_HUB_KEY : host;
            last = new Kept(CredentialHelper.get(helper, key), System.nanoTime());
            kept.put(host, last);
        }
        return last.login();
    }

    @Override
    public Optional<TokenSource> tokens(String host) {
        if (tokensByDaemon) {
            return Optional.empty();
        }
        RegistryTlsOptions options = tls.getOrDefault(host, new RegistryTlsOptions());
        return Optional.of(TokenSource.builder(seeds.of(host))
                .sharingLogin(true)
                .connection(options.connection())
                .build());
    }

    @Override
    public String toString() {
        return "DockerConfig" + stored.keySet();
    }
}
