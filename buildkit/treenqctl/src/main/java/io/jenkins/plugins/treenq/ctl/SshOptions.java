// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.ctl;

import io.jenkins.plugins.treenq.buildkit.SshKey;
import io.jenkins.plugins.treenq.buildkit.client.GoBooleans;
import io.jenkins.plugins.treenq.buildkit.session.SshAgent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.TypeConversionException;

/**
 * Parses the option {@code --ssh} ({@code cmd/buildctl/build/ssh.go},
 * {@code session/sshforward/sshprovider/agentprovider.go}).
 */
final class SshOptions {
    private static final String DEFAULT_ID = "default";
    private static final String AGENT = "SSH_AUTH_SOCK";
    private static final int MAX_KEY_BYTES = 100 << 10;

    private SshOptions() {}

    /** @param workingFolder the folder that the paths of sockets and keys are relative to */
    static Map<String, SshAgent> read(List<String> options, Map<String, String> environment, Path workingFolder)
            throws IOException {
        Map<String, SshAgent> agents = new HashMap<>();
        for (String option : options) {
            String[] parts = option.split("=", 2);
            String id = parts[0].isEmpty() ? DEFAULT_ID : parts[0];
            if (agents.put(id, agent(id, parts.length < 2 ? "" : parts[1], environment, workingFolder)) != null) {
                throw new TypeConversionException("SSH agent '" + id + "' is listed twice");
            }
        }
        return agents;
    }

    private static SshAgent agent(String id, String value, Map<String, String> environment, Path workingFolder)
            throws IOException {
        boolean raw = false;
        List<String> paths = new ArrayList<>();
        for (String part : value.split(",", -1)) {
            if (part.startsWith("raw=")) {
                raw = GoBooleans.parse(part.substring("raw=".length()))
                        .orElseThrow(() -> new TypeConversionException("'" + part + "' is not true or false"));
            } else {
                paths.add(part);
            }
        }
        if (raw && (paths.size() != 1 || paths.get(0).isEmpty())) {
            throw new TypeConversionException("raw requires exactly one socket for SSH agent '" + id + "'");
        }
        if (paths.isEmpty() || paths.equals(List.of(""))) {
            String socket = environment.getOrDefault(AGENT, "");
            if (socket.isEmpty()) {
                throw new TypeConversionException("there is no SSH agent for '" + id + "': " + AGENT + " is not set");
            }
            paths = List.of(socket);
        }
        Path first = workingFolder.resolve(paths.get(0));
        if (paths.size() == 1 && isSocket(first)) {
            return new SshAgent.Socket(first, raw);
        }
        if (raw) {
            throw new TypeConversionException("raw requires a socket, but '" + paths.get(0) + "' is not a socket");
        }
        List<SshKey> keys = new ArrayList<>();
        for (String path : paths) {
            keys.add(key(workingFolder.resolve(path)));
        }
        return new SshAgent.Keys(keys);
    }

    private static boolean isSocket(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, new LinkOption[0])
                .isOther();
    }

    private static SshKey key(Path path) throws IOException {
        if (isSocket(path)) {
            throw new TypeConversionException(
                    "the socket of an agent, '" + path + "', cannot be combined with other sockets or keys");
        }
        if (Files.size(path) > MAX_KEY_BYTES) {
            throw new TypeConversionException("'" + path + "' is too large for a key");
        }
        return OptionKey.ssh(path);
    }
}
