// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.session;

import io.jenkins.plugins.treenq.buildkit.ssh.Keyring;

/** Answers from keys held in memory, at once. */
final class KeyringBackend implements AgentCall.Backend {
    private final Keyring keyring;
    private final AgentCall call;

    KeyringBackend(Keyring keyring, AgentCall call) {
        this.keyring = keyring;
        this.call = call;
    }

    @Override
    public void ask(byte[] request) {
        call.answer(keyring.answer(request));
    }

    @Override
    public void close() {
        // The keys serve the next connection, too.
    }
}
