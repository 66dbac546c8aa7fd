// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.jenkins.plugins.treenq.buildkit.ssh.Keyring;

/** Answers from keys held in memory, at once. */
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
        // The keys serve the next connection, too.
    }
}
