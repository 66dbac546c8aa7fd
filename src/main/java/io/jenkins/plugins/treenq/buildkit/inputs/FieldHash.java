// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.inputs;

import io.jenkins.plugins.treenq.buildkit.Digest;
import io.jenkins.plugins.treenq.buildkit.DigestComputation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** A hash of named fields with their lengths, so that different fields never have the same encoding. */
final class FieldHash {
    /** The version of the encoding, which changes with the set of hashed fields. */
    private static final String FORM = "treenq inputs 3";

    private final DigestComputation hash = new DigestComputation("sha256");

    FieldHash() {
        part(FORM.getBytes(StandardCharsets.UTF_8));
    }

    void add(String name, String value) {
        add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    void add(String name, byte[] value) {
        part(name.getBytes(StandardCharsets.UTF_8));
        part(value);
    }

    void add(String name, Map<String, String> values) {
        part(name.getBytes(StandardCharsets.UTF_8));
        part(ByteBuffer.allocate(Integer.BYTES).putInt(values.size()).array());
        new TreeMap<>(values).forEach(this::add);
    }

    private void part(byte[] bytes) {
        hash.update(ByteBuffer.allocate(Long.BYTES).putLong(bytes.length).flip());
        hash.update(bytes);
    }

    Digest digest() {
        return hash.digest();
    }
}
