// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import io.jenkins.plugins.treenq.buildkit.client.GoBooleans;
import io.jenkins.plugins.treenq.buildkit.files.FileErrors;
import io.jenkins.plugins.treenq.buildkit.registry.HttpProxies;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import io.jenkins.plugins.treenq.buildkit.registry.TokenSource;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The logins in Docker's {@code config.json} and in {@code $DOCKER_AUTH_CONFIG}, including those of the credential
 * helpers (docker's {@code cli/config/configfile/file.go}). Like buildctl, treenqctl requests the tokens itself, unless
 * {@code $BUILDKIT_NO_CLIENT_TOKEN} is set ({@code session/auth/authprovider/authprovider.go}).
 */
final class DockerConfig implements RegistryLogins {
    /**
     * The time for which the login of a credential helper is cached. The logins of some clouds expire after five
     * minutes.
     */
    private static final Duration KEPT = Duration.ofSeconds(290);

    private final RegistryEntries<Optional<RegistryLogin>> given = new RegistryEntries<>();
    private final RegistryEntries<Optional<RegistryLogin>> stored = new RegistryEntries<>();
    private final RegistryEntries<String> helpers = new RegistryEntries<>();
    private final Map<String, Kept> kept = new HashMap<>();
    private final Map<String, RegistryTlsOptions> tls;
    private final TokenSeeds seeds;
    private final boolean tokensByDaemon;
    private final Consumer<String> warnings;
    private final HttpProxies proxies;
    private String defaultHelper = "";

    private record Kept(Optional<RegistryLogin> login, long at) {}

    private DockerConfig(
            Path folder,
            Map<String, String> environment,
            Map<String, RegistryTlsOptions> tls,
            Consumer<String> warnings) {
        this.tls = tls;
        this.seeds = new TokenSeeds(folder);
        this.tokensByDaemon = GoBooleans.parse(environment.getOrDefault("BUILDKIT_NO_CLIENT_TOKEN", ""))
                .orElse(false);
        this.warnings = warnings;
        this.proxies = ProxyVariables.read(environment, warnings);
    }

    /**
     * Reads the configuration in {@code $DOCKER_CONFIG} or in the user's folder. Without the file, there are no logins.
     * A part that cannot be read causes a warning and no error, because the build may not need it.
     *
     * @param environment the environment variables
     * @param tls the TLS settings by registry
     * @param warnings receives a line for each part that cannot be read
     */
    static RegistryLogins read(
            Map<String, String> environment, Map<String, RegistryTlsOptions> tls, Consumer<String> warnings) {
        Path folder = folder(environment);
        DockerConfig config = new DockerConfig(folder, environment, tls, warnings);
        Path file = folder.resolve("config.json");
        if (Files.exists(file)) {
            try {
                config.add(file.toString(), new String(OptionFile.bytes(file), StandardCharsets.UTF_8), config.stored);
            } catch (IOException e) {
                warnings.accept("WARNING: " + file + " cannot be read, so that no login is taken from it: "
                        + FileErrors.reason(e));
            }
        }
        String variable = environment.getOrDefault("DOCKER_AUTH_CONFIG", "");
        if (!variable.isEmpty()) {
            config.add("$DOCKER_AUTH_CONFIG", variable, config.given);
        }
        return config;
    }

    /**
     * Returns the folder of the configuration. As in Docker, the home folder in the environment takes precedence over
     * that of the account ({@code cli/config/config.go}).
     */
    private static Path folder(Map<String, String> environment) {
        String folder = environment.getOrDefault("DOCKER_CONFIG", "");
        if (!folder.isEmpty()) {
            return Path.of(folder);
        }
        String home = environment.getOrDefault(File.separatorChar == '/' ? "HOME" : "USERPROFILE", "");
        return Path.of(home.isEmpty() ? System.getProperty("user.home") : home, ".docker");
    }

    private void add(String name, String text, RegistryEntries<Optional<RegistryLogin>> logins) {
        JsonElement read;
        try {
            // Like Go's decoder, this call parses the first value only. An empty file has no value, which is allowed.
            read = JsonParser.parseReader(new JsonReader(new StringReader(text)));
        } catch (JsonParseException e) {
            read = new JsonArray();
        }
        if (read.isJsonNull()) {
            return;
        }
        if (!(read instanceof JsonObject object)) {
            warnings.accept("WARNING: " + name + " is not a docker configuration, so that no login is taken from it");
            return;
        }
        GoFields config = new GoFields(object, name, warnings);
        config.members("auths").forEach((host, auth) -> logins.put(host, login(name, host, auth)));
        config.members("credHelpers").forEach((host, helper) -> {
            if (GoFields.isText(helper)) {
                helpers.put(host, helper.getAsString());
            } else if (!helper.isJsonNull()) {
                warnings.accept(
                        "WARNING: the credential helper of " + host + " in " + name + " is not text and is ignored");
            }
        });
        String helper = config.text("credsStore");
        defaultHelper = helper.isEmpty() ? defaultHelper : helper;
    }

    private Optional<RegistryLogin> login(String name, String host, JsonElement entry) {
        String place = "the login for " + host + " in " + name;
        if (!(entry instanceof JsonObject object)) {
            if (!entry.isJsonNull()) {
                warnings.accept("WARNING: " + place + " is not an object and is ignored");
            }
            return Optional.empty();
        }
        GoFields auth = new GoFields(object, place, warnings);
        if (!auth.text("registrytoken").isEmpty()) {
            return Optional.of(RegistryLogin.bearer(auth.text("registrytoken")));
        }
        if (!auth.text("identitytoken").isEmpty()) {
            return Optional.of(new RegistryLogin("", auth.text("identitytoken")));
        }
        if (!auth.text("auth").isEmpty()) {
            String pair = decoded(auth.text("auth"));
            int colon = pair.indexOf(':');
            if (colon > 0) {
                // Docker sometimes pads the password with zero bytes.
                return Optional.of(new RegistryLogin(
                        pair.substring(0, colon), pair.substring(colon + 1).replaceAll("^\0+|\0+$", "")));
            }
            warnings.accept("WARNING: 'auth' of " + place
                    + " is not user:password in base64 and is ignored; log in again with docker login " + host);
        }
        return auth.text("username").isEmpty()
                ? Optional.empty()
                : Optional.of(new RegistryLogin(auth.text("username"), auth.text("password")));
    }

    /**
     * Returns the decoded text, or an empty string if it is not valid base64. Like Go, this method accepts line breaks.
     */
    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64.replaceAll("[\r\n]", "")), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    @Override
    public synchronized Optional<RegistryLogin> find(String host) {
        Optional<RegistryLogin> first = given.find(host).flatMap(login -> login);
        if (first.isPresent()) {
            return first;
        }
        String helper = helpers.find(host).orElse(defaultHelper);
        if (helper.isEmpty()) {
            return stored.find(host).flatMap(login -> login);
        }
        Kept last = kept.get(host);
        if (last == null || System.nanoTime() - last.at() > KEPT.toNanos()) {
            last = new Kept(CredentialHelper.get(helper, RegistryEntries.key(host)), System.nanoTime());
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
                .connection(options.connection(proxies))
                .build());
    }

    @Override
    public String toString() {
        return "DockerConfig" + stored.keys();
    }
}
