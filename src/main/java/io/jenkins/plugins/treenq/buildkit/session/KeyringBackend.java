// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.jenkins.plugins.treenq.buildkit.ssh.Keyring;

/** Answers an SSH agent's requests immediately, with keys in memory. */
final class KeyringBackend implements SshAgentConnection.Backend {
    private final Keyring keyring;
    private final SshAgentConnection call;

    KeyringBackend(Keyring keyring, SshAgentConnection call) {
        this.keyring = keyring;
        this.call = call;
    }

    @Override
    public void request(byte[] request) {
        call.answer(keyring.answer(request));
    }

    @Override
    public void close() {
        // The keyring remains open for further connections.
    }
}
