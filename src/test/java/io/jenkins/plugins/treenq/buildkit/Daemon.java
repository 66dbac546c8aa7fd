// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogin;
import io.jenkins.plugins.treenq.buildkit.registry.RegistryLogins;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A real rootless daemon with its registries, as {@code buildkit/daemon} or {@link DaemonInDocker} runs it.
 *
 * @param env variables of {@code buildkit/daemon env}; a daemon in Docker lacks those that need a daemon without Docker
 */
public record Daemon(Map<String, String> env) {
    static final Path LAUNCHER = Stream.of("buildkit/daemon", "../daemon")
            .map(Path::of)
            .filter(Files::isRegularFile)
            .findFirst()
            .orElseThrow()
            .toAbsolutePath();

    /** The reason why tests that need a daemon are skipped; {@code ./test} counts these tests. */
    public static final String NEEDED =
            "needs a real daemon: run the tests with ./test, which starts daemons, or where Docker answers";

    private static final String NATIVE_NEEDED =
            "needs a daemon outside of Docker: run the tests with ./test, which starts daemons";

    /** The value of the variable TREENQ_DAEMONS with which tests that need a daemon are skipped. */
    private static final String NONE = "none";

    /** Returns whether there is a daemon for the tests. */
    public static boolean areGiven() {
        String files = files();
        return files.isEmpty() ? DaemonInDocker.INSTANCE != null : !files.equals(NONE);
    }

    /** Returns the daemons in TREENQ_DAEMONS, or else one in Docker; skips the test if there is none. */
    public static List<Daemon> all() {
        Assumptions.assumeTrue(areGiven(), NEEDED);
        if (files().isEmpty()) {
            return List.of(DaemonInDocker.INSTANCE);
        }
        return Stream.of(files().split(File.pathSeparator))
                .map(file -> {
                    try {
                        return parse(Files.readString(Path.of(file)));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }

    private static String files() {
        return Optional.ofNullable(System.getenv("TREENQ_DAEMONS")).orElse("");
    }

    /** Returns one of the daemons, for tests that do not depend on the version. */
    public static Daemon first() {
        return all().get(0);
    }

    private static Daemon parse(String exports) {
        Map<String, String> env = new LinkedHashMap<>();
        exports.lines()
                .filter(line -> line.startsWith("export "))
                .map(line -> line.substring("export ".length()).split("=", 2))
                .forEach(pair -> env.put(pair[0], pair[1].replaceAll("^['\"]|['\"]$", "")));
        return new Daemon(env);
    }

    /** Starts another daemon of the same version, which a test may break and must end with {@link #down}. */
    public Daemon another(String name, String... options) throws IOException, InterruptedException {
        ofThisMachine("TREENQ_BUILDKIT_SOCKET");
        launcher("up", name, options);
        return parse(launcher("env", name));
    }

    public void down(String name) throws IOException, InterruptedException {
        launcher("down", name);
    }

    private String launcher(String command, String name, String... options) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(
                List.of(LAUNCHER.toString(), command, "--version", env.get("TREENQ_BUILDKIT_VERSION"), "--name", name));
        line.addAll(List.of(options));
        return run(line, Map.of(), new byte[0]);
    }

    /** Returns the process ID of a daemon that {@link #another} started. */
    public long pid() throws IOException {
        Path socket = Path.of(env.get("TREENQ_BUILDKIT_SOCKET").substring("unix://".length()));
        String text = Files.readString(socket.resolveSibling("buildkitd.pid")).strip();
        return Long.parseLong(text.split("\\s+")[0]);
    }

    public String version() {
        return env.get("TREENQ_BUILDKIT_VERSION");
    }

    public String address() {
        return env.get("TREENQ_BUILDKIT_ADDR");
    }

    public String socket() {
        return ofThisMachine("TREENQ_BUILDKIT_SOCKET");
    }

    /** The program buildctl of the daemon's version. */
    public String buildctl() {
        return ofThisMachine("TREENQ_BUILDCTL");
    }

    /** Returns a value of the environment; skips the test if the daemon does not have it because it runs in Docker. */
    private String ofThisMachine(String variable) {
        String value = env.get(variable);
        Assumptions.assumeTrue(value != null, NATIVE_NEEDED);
        return value;
    }

    public String caPem() throws IOException {
        return Files.readString(Path.of(env.get("TREENQ_BUILDKIT_CA")));
    }

    public String certificatePem() throws IOException {
        return Files.readString(Path.of(env.get("TREENQ_BUILDKIT_CERT")));
    }

    public String keyPem() throws IOException {
        return Files.readString(Path.of(env.get("TREENQ_BUILDKIT_KEY")));
    }

    public Tls tls() throws IOException {
        return new Tls("", caPem(), certificatePem(), keyPem());
    }

    public Endpoint endpoint() throws IOException {
        return Endpoint.of(address(), tls());
    }

    /** The registry that requires a login, {@code host:port}. */
    public String registry() {
        return env.get("TREENQ_REGISTRY");
    }

    /** The registry with images of Docker Hub, which accepts all requests without a login, {@code host:port}. */
    public String mirror() {
        return env.get("TREENQ_MIRROR");
    }

    public RegistryLogin login() throws IOException {
        return new RegistryLogin(
                env.get("TREENQ_REGISTRY_USER"),
                Files.readString(Path.of(env.get("TREENQ_REGISTRY_PASSWORD_FILE")))
                        .strip());
    }

    /** Returns the logins of the tests, which contain only the login of the registry. */
    public RegistryLogins logins() throws IOException {
        RegistryLogin login = login();
        return host -> host.equals(registry()) ? Optional.of(login) : Optional.empty();
    }

    /** Runs buildctl of the daemon's version against it, logged in to the registry; returns what it prints. */
    public String buildctl(Path dockerConfigFolder, List<String> arguments) throws IOException, InterruptedException {
        return buildctl(dockerConfigFolder, arguments, new byte[0]);
    }

    /** Runs buildctl like {@link #buildctl}, with standard input. */
    public String buildctl(Path dockerConfigFolder, List<String> arguments, byte[] input)
            throws IOException, InterruptedException {
        String auth = login().username() + ":" + login().secret();
        Files.writeString(
                dockerConfigFolder.resolve("config.json"),
                "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}"
                        .formatted(
                                registry(), Base64.getEncoder().encodeToString(auth.getBytes(StandardCharsets.UTF_8))));
        return run(buildctlLine(arguments), Map.of("DOCKER_CONFIG", dockerConfigFolder.toString()), input);
    }

    /** The command line that runs buildctl of the daemon's version against it. */
    public List<String> buildctlLine(List<String> arguments) {
        List<String> line = new ArrayList<>(List.of(buildctl()));
        line.addAll(connection());
        line.addAll(arguments);
        return line;
    }

    /** The options of buildctl and treenqctl for the daemon. */
    public List<String> connection() {
        return List.of(
                "--addr",
                address(),
                "--tlscacert",
                env.get("TREENQ_BUILDKIT_CA"),
                "--tlscert",
                env.get("TREENQ_BUILDKIT_CERT"),
                "--tlskey",
                env.get("TREENQ_BUILDKIT_KEY"));
    }

    private static String run(List<String> line, Map<String, String> environment, byte[] input)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try (OutputStream pipe = process.getOutputStream()) {
            pipe.write(input);
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> String.join(" ", line) + "\n" + output);
        return output;
    }

    @Override
    public String toString() {
        return "buildkitd " + version();
    }
}
