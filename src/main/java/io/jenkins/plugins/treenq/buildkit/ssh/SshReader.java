// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.ssh;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;

/** Reads the data types of the SSH protocol (RFC 4251, section 5). */
final class SshReader {
    private final ByteBuffer in;

    SshReader(byte[] bytes) {
        this.in = ByteBuffer.wrap(bytes);
    }

    SshReader skip(int bytes) throws GeneralSecurityException {
        in.position(in.position() + checked(bytes));
        return this;
    }

    int uint32() throws GeneralSecurityException {
        checked(Integer.BYTES);
        return in.getInt();
    }

    byte[] string() throws GeneralSecurityException {
        byte[] value = new byte[checked(uint32())];
        in.get(value);
        return value;
    }

    String text() throws GeneralSecurityException {
        return new String(string(), StandardCharsets.UTF_8);
    }

    private int checked(int bytes) throws GeneralSecurityException {
        if (bytes < 0 || bytes > in.remaining()) {
            throw new GeneralSecurityException("it is truncated");
        }
        return bytes;
    }
}
