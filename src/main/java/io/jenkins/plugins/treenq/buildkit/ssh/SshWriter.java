// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.ssh;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes the data types of the SSH protocol (RFC 4251, section 5). */
final class SshWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    SshWriter octet(int value) {
        out.write(value);
        return this;
    }

    SshWriter uint32(int value) {
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
        return this;
    }

    SshWriter string(byte[] value) {
        uint32(value.length);
        out.writeBytes(value);
        return this;
    }

    SshWriter string(String value) {
        return string(value.getBytes(StandardCharsets.UTF_8));
    }

    SshWriter mpint(BigInteger value) {
        return string(value.signum() == 0 ? new byte[0] : value.toByteArray());
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
