// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Computes the digest of bytes that come in pieces. */
public final class DigestComputation {
    private final String algorithm;
    private final MessageDigest hash;

    /** @param algorithm as {@link Digest#algorithm} has it */
    public DigestComputation(String algorithm) {
        this.algorithm = algorithm;
        try {
            this.hash = MessageDigest.getInstance(algorithm.replace("sha", "SHA-"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has the algorithms that a digest may have", e);
        }
    }

    public DigestComputation update(byte[] bytes) {
        return update(bytes, 0, bytes.length);
    }

    public DigestComputation update(byte[] bytes, int offset, int length) {
        hash.update(bytes, offset, length);
        return this;
    }

    /** Takes what remains of the buffer. */
    public DigestComputation update(ByteBuffer bytes) {
        hash.update(bytes);
        return this;
    }

    /** The digest of everything so far. The computation begins again. */
    public Digest digest() {
        return new Digest(algorithm + ":" + HexFormat.of().formatHex(hash.digest()));
    }
}
