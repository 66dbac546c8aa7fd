// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/**
 * A rootless daemon and its two registries in containers, for a machine that has Docker and no daemon for the tests.
 * Images, options and settings are those of {@code buildkit/compose.yaml}. The containers use the network of the
 * machine, as the daemons of {@code buildkit/daemon} do: a registry has one name for the tests and the daemon, and the
 * daemon reaches the servers that tests start. All of them listen on loopback only. Testcontainers removes them when
 * the JVM ends.
 */
final class DaemonInDocker {
    private static final String CONFIGURATION = "/etc/buildkit/buildkitd.toml";
    private static final String TLS = "/etc/buildkit/tls/";

    /** Makes the certificates and the password, as the service {@code setup} of compose.yaml does. */
    private static final String SETUP = """
            bash /certs /pki
            openssl rand -hex 24 | tr -d '\\n' >/pki/registry-password
            htpasswd -niB treenq </pki/registry-password >/pki/htpasswd
            """;

    /**
     * Makes busybox for two platforms from the daemon's own, as {@code buildkit/daemon} does from Debian's. The entry
     * for arm64 has the files of this machine; it serves for choosing a platform, not for running.
     */
    private static final String BASE_IMAGES = """
            cd "$(mktemp -d)"
            for folder in bin dev etc home lib proc root sys tmp usr/bin usr/sbin var/spool/mail var/www; do
              mkdir -p rootfs/$folder
            done
            chmod 1777 rootfs/tmp
            chmod 0700 rootfs/root
            cp "$(readlink -f "$(command -v busybox)")" rootfs/bin/busybox
            cp /lib/ld-musl-* rootfs/lib/ 2>/dev/null || true
            for applet in $(busybox --list); do [ $applet = busybox ] || ln -s busybox rootfs/bin/$applet; done
            ln -s ../../bin/env rootfs/usr/bin/env
            printf '%%s\\n' root:x:0:0:root:/root:/bin/sh daemon:x:1:1:daemon:/usr/sbin:/bin/false \
              nobody:x:65534:65534:nobody:/home:/bin/false >rootfs/etc/passwd
            printf '%%s\\n' root:x:0: daemon:x:1: nobody:x:65534: >rootfs/etc/group
            printf '%%s\\n' 'FROM scratch' 'COPY rootfs/ /' 'CMD ["sh"]' >Dockerfile
            buildctl build --progress=plain --frontend dockerfile.v0 --local context=. --local dockerfile=. \
              --opt platform=linux/amd64,linux/arm64 --output \
              'type=image,oci-mediatypes=true,push=true,"name=%1$s/library/busybox:latest,%1$s/library/busybox:1.36"'
            """;

    private final Path deployment;
    private final String compose;
    private final Path folder;
    private final int port = LocalPort.free();
    private final String registry = "localhost:" + LocalPort.free();
    private final String mirror = "localhost:" + LocalPort.free();

    /** The daemon, which runs until the JVM ends; null if Docker is not available. */
    static final Daemon INSTANCE = start();

    private static Daemon start() {
        try {
            return DockerClientFactory.instance().isDockerAvailable() ? new DaemonInDocker().run() : null;
        } catch (IOException | RuntimeException e) {
            throw failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(e);
        }
    }

    private static IllegalStateException failed(Exception cause) {
        return new IllegalStateException(
                "A daemon for the tests cannot be started in Docker. With TREENQ_DAEMONS=none, tests that need one are"
                        + " skipped.",
                cause);
    }

    private DaemonInDocker() throws IOException {
        deployment = Daemon.LAUNCHER.getParent();
        compose = Files.readString(deployment.resolve("compose.yaml"));
        folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "daemon-in-docker");
    }

    private Daemon run() throws IOException, InterruptedException {
        certificates();
        registry(registry, Map.of("REGISTRY_AUTH", "htpasswd"));
        registry(mirror, Map.of());
        GenericContainer<?> daemon = container("moby/buildkit")
                .withCopyToContainer(Transferable.of(configuration()), CONFIGURATION)
                .withCommand("--config", CONFIGURATION)
                .withCreateContainerCmdModifier(command -> command.withHostConfig(new Unconfined()))
                .waitingFor(Wait.forSuccessfulCommand("buildctl debug workers"));
        copyTo(daemon, TLS, "ca.pem", "server.pem", "server-key.pem");
        daemon.start();
        ExecResult made = daemon.execInContainer("sh", "-euc", BASE_IMAGES.formatted(mirror));
        if (made.getExitCode() != 0) {
            throw new IOException("making busybox failed: " + made.getStderr());
        }
        Map<String, String> env = new LinkedHashMap<>();
        env.put("TREENQ_BUILDKIT_ADDR", "tcp://127.0.0.1:" + port);
        env.put("TREENQ_BUILDKIT_CA", file("ca.pem"));
        env.put("TREENQ_BUILDKIT_CERT", file("client.pem"));
        env.put("TREENQ_BUILDKIT_KEY", file("client-key.pem"));
        env.put(
                "TREENQ_BUILDKIT_VERSION",
                image("moby/buildkit").getVersionPart().replace("-rootless", ""));
        env.put("TREENQ_REGISTRY", registry);
        env.put("TREENQ_REGISTRY_USER", "treenq");
        env.put("TREENQ_REGISTRY_PASSWORD_FILE", file("registry-password"));
        env.put("TREENQ_REGISTRY_CA", file("ca.pem"));
        env.put("TREENQ_MIRROR", mirror);
        if (System.getProperty("os.name").equals("Linux")) {
            daemon.copyFileFromContainer("/usr/bin/buildctl", file("buildctl"));
            if (!Path.of(file("buildctl")).toFile().setExecutable(true)) {
                throw new IOException(file("buildctl") + " cannot be made executable");
            }
            env.put("TREENQ_BUILDCTL", file("buildctl"));
        }
        return new Daemon(env);
    }

    private void certificates() throws IOException {
        try (GenericContainer<?> setup = container("httpd")) {
            setup.withCopyToContainer(Transferable.of(Files.readAllBytes(deployment.resolve("certs"))), "/certs")
                    .withCommand("bash", "-euo", "pipefail", "-c", SETUP)
                    .withStartupCheckStrategy(new OneShotStartupCheckStrategy())
                    .start();
            for (String name : List.of(
                    "ca.pem",
                    "server.pem",
                    "server-key.pem",
                    "client.pem",
                    "client-key.pem",
                    "registry-password",
                    "htpasswd")) {
                setup.copyFileFromContainer("/pki/" + name, file(name));
            }
        }
    }

    private void registry(String host, Map<String, String> more) throws IOException {
        GenericContainer<?> container = container("registry")
                .withEnv(more)
                .withEnv("REGISTRY_HTTP_ADDR", host.replace("localhost", "127.0.0.1"))
                .withEnv("REGISTRY_HTTP_TLS_CERTIFICATE", TLS + "server.pem")
                .withEnv("REGISTRY_HTTP_TLS_KEY", TLS + "server-key.pem")
                .withEnv("REGISTRY_STORAGE_DELETE_ENABLED", "true")
                .withEnv("OTEL_TRACES_EXPORTER", "none")
                .waitingFor(Wait.forLogMessage(".*listening on .*", 1));
        if (!more.isEmpty()) {
            container.withEnv("REGISTRY_AUTH_HTPASSWD_REALM", "treenq");
            container.withEnv("REGISTRY_AUTH_HTPASSWD_PATH", TLS + "htpasswd");
            copyTo(container, TLS, "htpasswd");
        }
        copyTo(container, TLS, "server.pem", "server-key.pem");
        container.start();
    }

    /** The settings of a deployment, on loopback and with these registries. */
    private String configuration() throws IOException {
        String settings = Files.readString(deployment.resolve("buildkitd.toml"));
        String everywhere = "tcp://0.0.0.0:1234";
        if (!settings.contains(everywhere)) {
            throw new IOException("buildkitd.toml has no address " + everywhere);
        }
        StringBuilder text = new StringBuilder(settings.replace(everywhere, "tcp://127.0.0.1:" + port));
        for (String host : List.of(registry, mirror)) {
            for (String name : List.of(host, host.replace("localhost", "127.0.0.1"))) {
                text.append("\n[registry.\"%s\"]\nhttp = false\ninsecure = false\nca = [ \"%sca.pem\" ]\n"
                        .formatted(name, TLS));
            }
        }
        return text.append("\n[registry.\"docker.io\"]\nmirrors = [ \"%s\" ]\n".formatted(mirror))
                .toString();
    }

    private GenericContainer<?> container(String image) throws IOException {
        return new GenericContainer<>(image(image)).withNetworkMode("host").withLogConsumer(frame -> log(image, frame));
    }

    private void log(String image, OutputFrame frame) {
        try {
            Files.writeString(
                    folder.resolve(image.replace('/', '-') + ".log"),
                    frame.getUtf8String(),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the image with the tag in compose.yaml. */
    private DockerImageName image(String name) throws IOException {
        Matcher line = Pattern.compile("(?m)^ +image: (" + Pattern.quote(name) + ":\\S+)$")
                .matcher(compose);
        if (!line.find()) {
            throw new IOException("compose.yaml has no image " + name);
        }
        return DockerImageName.parse(line.group(1));
    }

    private void copyTo(GenericContainer<?> container, String target, String... names) throws IOException {
        for (String name : names) {
            container.withCopyToContainer(Transferable.of(Files.readAllBytes(Path.of(file(name)))), target + name);
        }
    }

    private String file(String name) {
        return folder.resolve(name).toAbsolutePath().toString();
    }

    /**
     * The {@code security_opt} of compose.yaml. Docker's command line converts the last option, systempaths, to these
     * empty lists.
     */
    private static final class Unconfined extends HostConfig {
        private static final long serialVersionUID = 1;

        @JsonProperty("MaskedPaths")
        private final List<String> maskedPaths = List.of();

        @JsonProperty("ReadonlyPaths")
        private final List<String> readonlyPaths = List.of();

        Unconfined() {
            withNetworkMode("host");
            withSecurityOpts(List.of("seccomp=unconfined", "apparmor=unconfined"));
        }
    }
}
