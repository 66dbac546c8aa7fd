// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.server.shell.ProcessShellFactory;

/** Git's own {@code upload-pack} behind an SSH server on loopback that knows one key. */
final class SshGitServer implements AutoCloseable {
    private static final Pattern COMMAND = Pattern.compile("git-upload-pack '/?(?<name>[a-z]+\\.git)'");

    private final SshServer server = SshServer.setUpDefaultServer();

    /** @param folder folder with the repositories */
    SshGitServer(Path folder, PublicKey known) throws IOException {
        server.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        server.setPort(0);
        server.setKeyPairProvider(new SimpleGeneratorHostKeyProvider());
        server.setPublickeyAuthenticator((user, key, session) -> KeyUtils.compareKeys(key, known));
        server.setCommandFactory((channel, command) -> {
            Matcher matcher = COMMAND.matcher(command);
            if (!matcher.matches()) {
                throw new IOException("not a command of Git: " + command);
            }
            Path repository = folder.resolve(matcher.group("name"));
            return new ProcessShellFactory(
                            command, "git", "-c", "safe.directory=*", "upload-pack", repository.toString())
                    .createShell(channel);
        });
        server.start();
    }

    String url(String repository) {
        return "ssh://git@127.0.0.1:" + server.getPort() + "/" + repository;
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
    }
}
