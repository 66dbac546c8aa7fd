// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.credentials;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.SshKey;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * The access with which the daemon fetches files from a server: an HTTP header or SSH keys. The secrets are never
 * printed.
 */
public final class RemoteAccess {
    private final String header;
    private final List<SshKey> keys;

    private RemoteAccess(@CheckForNull String header, List<SshKey> keys) {
        this.header = header;
        this.keys = List.copyOf(keys);
    }

    static RemoteAccess ofLogin(String username, String password) {
        byte[] pair = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
        return new RemoteAccess("Basic " + Base64.getEncoder().encodeToString(pair), List.of());
    }

    /**
     * Returns a login for a token, in the form that GitHub and others accept from git, which supports user names and
     * passwords only.
     */
    static RemoteAccess ofToken(String token) {
        return ofLogin("x-access-token", token);
    }

    static RemoteAccess ofKeys(List<SshKey> keys) {
        return new RemoteAccess(null, keys);
    }

    /** Returns the value of the header {@code Authorization}; null if SSH keys are used. */
    @CheckForNull
    public String header() {
        return header;
    }

    public List<SshKey> keys() {
        return keys;
    }

    @Override
    public String toString() {
        return "RemoteAccess[" + (header == null ? keys : "header") + "]";
    }
}
