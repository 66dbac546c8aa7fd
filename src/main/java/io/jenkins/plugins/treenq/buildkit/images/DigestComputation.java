// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.images;

import io.jenkins.plugins.treenq.buildkit.Digest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Makes a digest of what passes. */
final class DigestComputation {
    private final String algorithm;
    private final MessageDigest hash;

    /** @param algorithm as digests have it */
    DigestComputation(String algorithm) {
        this.algorithm = algorithm;
        try {
            this.hash = MessageDigest.getInstance(algorithm.replace("sha", "SHA-"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has what a digest may be of", e);
        }
    }

    DigestComputation update(byte[] bytes) {
        return update(bytes, 0, bytes.length);
    }

    DigestComputation update(byte[] bytes, int offset, int length) {
        hash.update(bytes, offset, length);
        return this;
    }

    Digest digest() {
        return new Digest(algorithm + ":" + HexFormat.of().formatHex(hash.digest()));
    }
}
