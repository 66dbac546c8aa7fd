// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * The hash of a manifest, index or blob, such as {@code sha256:…}. A digest is always well formed.
 *
 * @param value algorithm, colon, and lower-case hexadecimal digits
 */
public record Digest(String value) implements Serializable {
    private static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}");

    /** @throws IllegalArgumentException if the value is not a digest */
    public Digest {
        if (value == null || !FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not a digest: " + value);
        }
    }

    /** Computes the SHA-256 digest of the bytes. */
    public static Digest sha256(byte[] bytes) {
        return new DigestComputation("sha256").update(bytes).digest();
    }

    /** Returns the algorithm, such as {@code sha256}. */
    public String algorithm() {
        return value.substring(0, value.indexOf(':'));
    }

    /** Returns the hexadecimal digits, without the algorithm. */
    public String hex() {
        return value.substring(value.indexOf(':') + 1);
    }

    @Override
    public String toString() {
        return value;
    }
}
