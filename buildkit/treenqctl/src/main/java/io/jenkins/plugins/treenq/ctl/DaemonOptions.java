// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.Endpoint;
import io.jenkins.plugins.treenq.buildkit.Tls;
import io.jenkins.plugins.treenq.buildkit.client.BuildkitClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/** The options for the connection to the daemon ({@code cmd/buildctl/common/common.go}). */
final class DaemonOptions {
    /** The default address, which is that of buildctl. */
    private static final String DEFAULT_ADDRESS = "unix:///run/buildkit/buildkitd.sock";

    private static final Duration NO_LIMIT = Duration.ofDays(1);
    private static final long WAIT_MILLIS = 250;

    private final EnvironmentVariables environment;

    @Option(names = "--addr", scope = ScopeType.INHERIT, description = "address of the daemon; default: $BUILDKIT_HOST")
    private String address = "";

    @Option(names = "--tlsservername", scope = ScopeType.INHERIT, description = "host name in the daemon's certificate")
    private String serverName = "";

    @Option(
            names = "--tlscacert",
            scope = ScopeType.INHERIT,
            description = "CA certificate that verifies the daemon's certificate")
    private Path caCertificate;

    @Option(names = "--tlscert", scope = ScopeType.INHERIT, description = "client certificate")
    private Path certificate;

    @Option(names = "--tlskey", scope = ScopeType.INHERIT, description = "key of the client certificate")
    private Path key;

    @Option(
            names = "--tlsdir",
            scope = ScopeType.INHERIT,
            description = "folder with ca.pem, cert.pem and key.pem, or ca.crt, tls.crt and tls.key")
    private Path tlsFolder;

    @Option(
            names = "--timeout",
            scope = ScopeType.INHERIT,
            description = "timeout of the connection in seconds; default: 10; 0 means no limit")
    private int timeoutSeconds = (int) Endpoint.DEFAULT_CONNECT_TIMEOUT.toSeconds();

    @Option(
            names = "--wait",
            scope = ScopeType.INHERIT,
            description = "retry until the daemon answers or --timeout expires")
    private boolean wait;

    @Option(
            names = "--compression",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            scope = ScopeType.INHERIT,
            description = "send files compressed while the network is slower than the compressor; default: true")
    private boolean compression;

    DaemonOptions(EnvironmentVariables environment) {
        this.environment = environment;
    }

    String address() {
        return Stream.of(address, environment.texts().getOrDefault("BUILDKIT_HOST", ""), DEFAULT_ADDRESS)
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElseThrow();
    }

    Duration timeout() {
        return timeoutSeconds > 0 ? Duration.ofSeconds(timeoutSeconds) : NO_LIMIT;
    }

    BuildkitClient connect() throws BuildkitException, InterruptedException, IOException {
        return connect(BuildkitClient::connect);
    }

    /** Connects for a build, which needs no proof that a kept connection still works. */
    BuildkitClient connectForBuild() throws BuildkitException, InterruptedException, IOException {
        return connect(BuildkitClient::connectForBuild);
    }

    /** A way to connect to a daemon. */
    @FunctionalInterface
    private interface Connecting {
        BuildkitClient connect(Endpoint endpoint) throws BuildkitException, InterruptedException;
    }

    private BuildkitClient connect(Connecting connecting) throws BuildkitException, InterruptedException, IOException {
        Endpoint endpoint = endpoint();
        long end = System.nanoTime() + endpoint.connectTimeout().toNanos();
        while (true) {
            try {
                return connecting.connect(endpoint);
            } catch (BuildkitException.UnreachableException e) {
                if (!wait || System.nanoTime() > end) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(WAIT_MILLIS);
            }
        }
    }

    private Endpoint endpoint() throws IOException {
        try {
            return Endpoint.of(address(), tls(), timeout()).withCompression(compression);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    private Tls tls() throws IOException {
        if (tlsFolder == null) {
            boolean clear = caCertificate == null && certificate == null && key == null && serverName.isEmpty();
            return clear ? null : tls(caCertificate, certificate, key);
        }
        if (caCertificate != null || certificate != null || key != null) {
            throw new TypeConversionException("use --tlsdir or --tlscacert, --tlscert and --tlskey, not both");
        }
        return tls(inFolder("ca.pem", "ca.crt"), inFolder("cert.pem", "tls.crt"), inFolder("key.pem", "tls.key"));
    }

    private Tls tls(Path ca, Path chain, Path privateKey) throws IOException {
        return new Tls(serverName, text(ca), text(chain), privateKey == null ? "" : OptionKey.tls(privateKey));
    }

    private Path inFolder(String name, String otherName) {
        return Stream.of(name, otherName)
                .map(tlsFolder::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new TypeConversionException(
                        "--tlsdir " + tlsFolder + " has neither " + name + " nor " + otherName));
    }

    private static String text(Path file) throws IOException {
        return file == null ? "" : OptionFile.text(file);
    }
}
