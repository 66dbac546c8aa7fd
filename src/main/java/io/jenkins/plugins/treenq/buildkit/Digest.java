// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * A content address such as {@code sha256:…}, checked to be well formed.
 *
 * @param value algorithm, colon, lower-case hexadecimal
 */
public record Digest(String value) implements Serializable {
    private static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}");

    /** @throws IllegalArgumentException when the value is no digest */
    public Digest {
        if (value == null || !FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not a digest: " + value);
        }
    }

    /** The digest that blobs have where nothing else is asked for. */
    public static Digest sha256(byte[] bytes) {
        return new DigestComputation("sha256").update(bytes).digest();
    }

    /** Such as {@code sha256}. */
    public String algorithm() {
        return value.substring(0, value.indexOf(':'));
    }

    /** The hexadecimal part. */
    public String hex() {
        return value.substring(value.indexOf(':') + 1);
    }

    @Override
    public String toString() {
        return value;
    }
}
