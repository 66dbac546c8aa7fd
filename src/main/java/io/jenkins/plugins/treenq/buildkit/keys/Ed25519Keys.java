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

/** Ed25519 by its 32-byte seed, as RFC 8032 has it and as everybody but the JDK stores it. */
public final class Ed25519Keys {
    public static final int SEED_BYTES = 32;

    private Ed25519Keys() {}

    /**
     * The pair that a seed stands for. The JDK computes a public key only when it makes a new pair, so it is made to
     * draw the seed.
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
        return key.getBytes().orElseThrow(() -> new GeneralSecurityException("the key cannot be taken out"));
    }

    /** RFC 8032, section 5.1.2: y as 32 bytes, least significant first, and the lowest bit of x on top. */
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
        public void nextBytes(byte[] wanted) {
            if (wanted.length == bytes.length) {
                System.arraycopy(bytes, 0, wanted, 0, bytes.length);
            }
        }
    }
}
