// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.ssh;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.SshKey;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * An agent with keys in memory, which lists the keys and signs with them (compare {@code x/crypto/ssh/agent/server.go}
 * and {@code keyring.go}). Other requests are refused. The string representation does not contain the keys.
 */
public final class Keyring {
    private static final Logger LOGGER = Logger.getLogger(Keyring.class.getName());

    private final Map<ByteBuffer, Identity> identities = new LinkedHashMap<>();

    private Keyring() {}

    /** @throws BuildkitException.InvalidRequestException if a key cannot be read or its type is not supported */
    public static Keyring of(List<SshKey> keys) throws BuildkitException.InvalidRequestException {
        Keyring keyring = new Keyring();
        for (SshKey key : keys) {
            try {
                Identity identity = Identity.of(key);
                keyring.identities.put(ByteBuffer.wrap(identity.publicBlob()), identity);
            } catch (GeneralSecurityException | RuntimeException e) {
                // The JDK throws unchecked exceptions for some damaged keys, and their messages may contain parts of
                // the key.
                String reason = e instanceof GeneralSecurityException ? e.getMessage() : "it is damaged";
                throw new BuildkitException.InvalidRequestException(
                        "the SSH key '" + key.comment() + "' cannot be used: " + reason);
            }
        }
        return keyring;
    }

    /** Returns the response to a request, both without their lengths. */
    public byte[] answer(byte[] request) {
        try {
            return switch (AgentMessage.type(request)) {
                case AgentMessage.LIST -> list(identities.values());
                case AgentMessage.SIGN -> sign(new SshReader(request).skip(1));
                default -> AgentMessage.refusal(request);
            };
        } catch (GeneralSecurityException e) {
            LOGGER.log(Level.FINE, e, () -> "an SSH agent's request was refused");
            return AgentMessage.refusal(request);
        }
    }

    private static byte[] list(Collection<Identity> identities) {
        SshWriter answer = new SshWriter().octet(AgentMessage.KEYS).uint32(identities.size());
        identities.forEach(identity -> answer.string(identity.publicBlob()).string(identity.comment()));
        return answer.bytes();
    }

    private byte[] sign(SshReader request) throws GeneralSecurityException {
        Identity identity = identities.get(ByteBuffer.wrap(request.string()));
        if (identity == null) {
            throw new GeneralSecurityException("no such key");
        }
        byte[] data = request.string();
        return new SshWriter()
                .octet(AgentMessage.SIGNATURE)
                .string(identity.sign(data, request.uint32()))
                .bytes();
    }

    @Override
    public String toString() {
        return "Keyring" + identities.values();
    }
}
