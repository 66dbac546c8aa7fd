// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.ssh;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Splits a stream of bytes into the messages of the agent protocol, each of which is preceded by its length in four
 * bytes. The stream may arrive in arbitrary pieces. The buffer contains the bytes that were fed and not yet returned,
 * and is never larger than these.
 */
public final class AgentFrames {
    /** The maximum length of a message in bytes, which equals OpenSSH's {@code AGENT_MAX_LEN}. */
    public static final int MAX_BYTES = 256 << 10;

    private ByteBuffer pending = ByteBuffer.allocate(0);

    /** A message is empty or too long. */
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

    /** Returns the next complete message without its length, or empty until more bytes arrive. */
    public Optional<byte[]> next() throws Malformed {
        if (pending.remaining() < Integer.BYTES) {
            return Optional.empty();
        }
        long length = Integer.toUnsignedLong(pending.getInt(pending.position()));
        if (length == 0 || length > MAX_BYTES) {
            throw new Malformed("a message of an SSH agent cannot have " + length + " bytes");
        }
        if (pending.remaining() < Integer.BYTES + length) {
            return Optional.empty();
        }
        byte[] message = new byte[(int) length];
        pending.position(pending.position() + Integer.BYTES).get(message);
        return Optional.of(message);
    }

    /** Returns a message preceded by its length. */
    public static byte[] framed(byte[] message) {
        return ByteBuffer.allocate(Integer.BYTES + message.length)
                .putInt(message.length)
                .put(message)
                .array();
    }
}
