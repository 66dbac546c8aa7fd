// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Computes a digest of bytes that are added in pieces. */
public final class DigestComputation {
    private final String algorithm;
    private final MessageDigest hash;

    /** @param algorithm an algorithm in the form of {@link Digest#algorithm} */
    public DigestComputation(String algorithm) {
        this.algorithm = algorithm;
        try {
            this.hash = MessageDigest.getInstance(algorithm.replace("sha", "SHA-"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime lacks a standard hash algorithm", e);
        }
    }

    public DigestComputation update(byte[] bytes) {
        return update(bytes, 0, bytes.length);
    }

    public DigestComputation update(byte[] bytes, int offset, int length) {
        hash.update(bytes, offset, length);
        return this;
    }

    /** Adds the remaining bytes of the buffer. */
    public DigestComputation update(ByteBuffer bytes) {
        hash.update(bytes);
        return this;
    }

    /** Returns the digest of all bytes that were added, and resets the computation. */
    public Digest digest() {
        return new Digest(algorithm + ":" + HexFormat.of().formatHex(hash()));
    }

    /** Returns the bytes of the digest, and resets the computation. */
    public byte[] hash() {
        return hash.digest();
    }
}
