// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keys;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;

/**
 * Converts Ed25519 keys from and to their 32-byte seeds. RFC 8032 and most programs store a key as its seed, but the
 * JDK has no such conversion.
 */
public final class Ed25519Keys {
    public static final int SEED_BYTES = 32;

    private Ed25519Keys() {}

    /**
     * Returns the key pair of a seed. The JDK computes a public key only while it generates a new pair, so the
     * generator gets a source of randomness that returns the seed.
     */
    public static KeyPair fromSeed(byte[] seed) throws GeneralSecurityException {
        if (seed.length != SEED_BYTES) {
            throw new GeneralSecurityException("an Ed25519 key has " + SEED_BYTES + " bytes");
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(NamedParameterSpec.ED25519, new Fixed(seed));
        KeyPair pair = generator.generateKeyPair();
        if (!Arrays.equals(seed, seedOf((EdECPrivateKey) pair.getPrivate()))) {
            throw new GeneralSecurityException("this JVM cannot compute Ed25519 public keys");
        }
        return pair;
    }

    public static byte[] seedOf(EdECPrivateKey key) throws GeneralSecurityException {
        return key.getBytes().orElseThrow(() -> new GeneralSecurityException("the key cannot be exported"));
    }

    /**
     * Encodes a public key by RFC 8032, section 5.1.2: y in 32 bytes, least significant byte first, with the lowest bit
     * of x as the highest bit.
     */
    public static byte[] publicBytes(EdECPublicKey key) {
        byte[] big = key.getPoint().getY().toByteArray();
        byte[] little = new byte[SEED_BYTES];
        for (int i = 0; i < Math.min(big.length, SEED_BYTES); i++) {
            little[i] = big[big.length - 1 - i];
        }
        if (key.getPoint().isXOdd()) {
            little[SEED_BYTES - 1] |= (byte) 0x80;
        }
        return little;
    }

    private static final class Fixed extends SecureRandom {
        private static final long serialVersionUID = 1;

        private final byte[] bytes;

        Fixed(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        @Override
        public void nextBytes(byte[] target) {
            if (target.length == bytes.length) {
                System.arraycopy(bytes, 0, target, 0, bytes.length);
            }
        }
    }
}
