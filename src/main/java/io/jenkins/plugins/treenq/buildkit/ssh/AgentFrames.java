// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.ssh;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Cuts a stream of bytes, however it was torn apart, into the messages of the agent protocol: a length of four bytes,
 * then the message. Holds what it was fed and not yet asked for, and never makes room for bytes that did not come.
 */
public final class AgentFrames {
    /** As long a message as OpenSSH takes (its {@code AGENT_MAX_LEN}). */
    public static final int MAX_BYTES = 256 << 10;

    private ByteBuffer pending = ByteBuffer.allocate(0);

    /** A message is longer than any that makes sense, or empty. */
    public static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    public void feed(ByteBuffer bytes) {
        ByteBuffer joined = ByteBuffer.allocate(pending.remaining() + bytes.remaining());
        joined.put(pending).put(bytes).flip();
        pending = joined;
    }

    /** The next whole message without its length; empty until more bytes come. */
    public Optional<byte[]> next() throws Malformed {
        if (pending.remaining() < Integer.BYTES) {
            return Optional.empty();
        }
        long length = Integer.toUnsignedLong(pending.getInt(pending.position()));
        if (length == 0 || length > MAX_BYTES) {
            throw new Malformed("a message of " + length + " bytes is none of an SSH agent's");
        }
        if (pending.remaining() < Integer.BYTES + length) {
            return Optional.empty();
        }
        byte[] message = new byte[(int) length];
        pending.position(pending.position() + Integer.BYTES).get(message);
        return Optional.of(message);
    }

    /** A message with its length, as it travels. */
    public static byte[] framed(byte[] message) {
        return ByteBuffer.allocate(Integer.BYTES + message.length)
                .putInt(message.length)
                .put(message)
                .array();
    }
}
