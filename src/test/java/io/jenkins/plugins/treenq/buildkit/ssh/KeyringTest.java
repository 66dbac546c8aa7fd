// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.ssh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.SshKey;
import io.jenkins.plugins.treenq.buildkit.ssh.SshKeyFormats.Wire;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyringTest {
    private static final byte[] DATA = "what is to be signed".getBytes(StandardCharsets.UTF_8);
    private static final byte[] FAILURE = {5};

    private static SshKey key(KeyPair pair) {
        return SshKeyFormats.key(pair, "the key");
    }

    private static byte[] list(Keyring keyring) {
        return keyring.answer(new byte[] {11});
    }

    /** Returns the public key of the only key, in the format of SSH. */
    private static byte[] onlyBlob(Keyring keyring) throws Exception {
        SshReader answer = new SshReader(list(keyring)).skip(1);
        assertEquals(1, answer.uint32());
        byte[] blob = answer.string();
        assertEquals("the key", answer.text());
        assertThrows(GeneralSecurityException.class, () -> answer.skip(1));
        return blob;
    }

    private static byte[] signRequest(byte[] blob, int flags) {
        return new Wire().octet(13).string(blob).string(DATA).uint32(flags).bytes();
    }

    private static void assertSigns(Keyring keyring, PublicKey key, int flags, String algorithm, String javaAlgorithm)
            throws Exception {
        byte[] answer = keyring.answer(signRequest(SshKeyFormats.publicBlob(key), flags));
        assertEquals(14, answer[0]);
        SshReader signature = new SshReader(new SshReader(answer).skip(1).string());
        assertEquals(algorithm, signature.text());
        byte[] bytes = signature.string();
        if (key instanceof ECPublicKey ec) {
            bytes = sideBySide(bytes, ec.getParams().getCurve().getField().getFieldSize());
        }
        Signature verifier = Signature.getInstance(javaAlgorithm);
        verifier.initVerify(key);
        verifier.update(DATA);
        assertTrue(verifier.verify(bytes), algorithm);
    }

    private static byte[] sideBySide(byte[] rAndS, int bits) throws Exception {
        SshReader numbers = new SshReader(rAndS);
        int size = (bits + 7) / 8;
        ByteBuffer both = ByteBuffer.allocate(2 * size);
        for (int i = 0; i < 2; i++) {
            byte[] number = new BigInteger(numbers.string()).toByteArray();
            int length = Math.min(number.length, size);
            both.position(i * size + size - length);
            both.put(number, number.length - length, length);
        }
        return both.array();
    }

    @ParameterizedTest
    @CsvSource({"RSA, 2048", "RSA, 3072", "EC, 256", "EC, 384", "EC, 521", "Ed25519, 255"})
    void everyKindOfKeyIsListedAndSigns(String algorithm, int size) throws Exception {
        for (int i = 0; i < (algorithm.equals("RSA") ? 1 : 5); i++) {
            KeyPair pair = SshKeyFormats.pair(algorithm, size);
            Keyring keyring = Keyring.of(List.of(key(pair)));
            assertArrayEquals(SshKeyFormats.publicBlob(pair.getPublic()), onlyBlob(keyring));
            switch (algorithm) {
                case "RSA" -> {
                    assertSigns(keyring, pair.getPublic(), 0, "ssh-rsa", "SHA1withRSA");
                    assertSigns(keyring, pair.getPublic(), 2, "rsa-sha2-256", "SHA256withRSA");
                    assertSigns(keyring, pair.getPublic(), 4, "rsa-sha2-512", "SHA512withRSA");
                }
                case "EC" ->
                    assertSigns(
                            keyring,
                            pair.getPublic(),
                            0,
                            "ecdsa-sha2-nistp" + size,
                            "SHA" + (size == 521 ? 512 : size) + "withECDSAinP1363Format");
                default -> assertSigns(keyring, pair.getPublic(), 0, "ssh-ed25519", "Ed25519");
            }
        }
    }

    @Test
    void coordinatesThatBeginWithZerosKeepTheirLength() throws Exception {
        KeyPair pair = SshKeyFormats.pair("EC", 256);
        while (((ECPublicKey) pair.getPublic()).getW().getAffineX().bitLength() > 248) {
            pair = SshKeyFormats.pair("EC", 256);
        }
        Keyring keyring = Keyring.of(List.of(key(pair)));
        assertArrayEquals(SshKeyFormats.publicBlob(pair.getPublic()), onlyBlob(keyring));
        for (int i = 0; i < 300; i++) {
            assertSigns(keyring, pair.getPublic(), 0, "ecdsa-sha2-nistp256", "SHA256withECDSAinP1363Format");
        }
    }

    @Test
    void keysAreListedInOrderAndDuplicatesOnce() throws Exception {
        KeyPair first = SshKeyFormats.pair("Ed25519", 255);
        KeyPair second = SshKeyFormats.pair("EC", 256);
        Keyring keyring = Keyring.of(List.of(
                SshKeyFormats.key(first, "one"), SshKeyFormats.key(second, "two"), SshKeyFormats.key(first, "again")));
        SshReader answer = new SshReader(list(keyring)).skip(1);
        assertEquals(2, answer.uint32());
        assertArrayEquals(SshKeyFormats.publicBlob(first.getPublic()), answer.string());
        assertEquals("again", answer.text());
        assertArrayEquals(SshKeyFormats.publicBlob(second.getPublic()), answer.string());
        assertSigns(keyring, second.getPublic(), 0, "ecdsa-sha2-nistp256", "SHA256withECDSAinP1363Format");
        assertFalse(keyring.toString().contains("PRIVATE"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 5, 6, 7, 8, 9, 10, 12, 14, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 200, 255})
    void otherRequestsAreRefused(int type) throws Exception {
        Keyring keyring = Keyring.of(List.of(key(SshKeyFormats.pair("Ed25519", 255))));
        assertArrayEquals(
                FAILURE,
                keyring.answer(new Wire().octet(type).string("anything").bytes()));
    }

    @Test
    void theListOfVersion1IsEmptyAndInvalidSignRequestsAreRefused() throws Exception {
        Keyring keyring = Keyring.of(List.of(key(SshKeyFormats.pair("Ed25519", 255))));
        assertArrayEquals(new byte[] {2, 0, 0, 0, 0}, keyring.answer(new byte[] {1}));
        assertArrayEquals(FAILURE, keyring.answer(signRequest("unknown".getBytes(StandardCharsets.UTF_8), 0)));
        assertArrayEquals(FAILURE, keyring.answer(new byte[0]));
        byte[] whole = signRequest(onlyBlob(keyring), 0);
        for (int length = 1; length < whole.length; length++) {
            assertArrayEquals(FAILURE, keyring.answer(Arrays.copyOf(whole, length)));
        }
        byte[] hugeLength = whole.clone();
        Arrays.fill(hugeLength, 1, 5, (byte) 0x7f);
        assertArrayEquals(FAILURE, keyring.answer(hugeLength));
    }

    @Test
    void anInvalidKeyIsRefusedWithoutQuotingIt() throws Exception {
        KeyPair pair = SshKeyFormats.pair("EC", 256);
        byte[] blob = SshKeyFormats.publicBlob(pair.getPublic());
        for (SshKey key : List.of(
                new SshKey("secret", blob, "the key"),
                new SshKey("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----", blob, "the key"),
                new SshKey(SshKeyFormats.pkcs8(pair), new byte[0], "the key"),
                new SshKey(
                        SshKeyFormats.pkcs8(pair), new Wire().string("ssh-rsa").bytes(), "the key"),
                new SshKey(
                        SshKeyFormats.pkcs8(pair), new Wire().string("ssh-dss").bytes(), "the key"))) {
            BuildkitException.InvalidRequestException refused =
                    assertThrows(BuildkitException.InvalidRequestException.class, () -> Keyring.of(List.of(key)));
            assertTrue(refused.getMessage().startsWith("the SSH key 'the key' cannot be used: "), refused.getMessage());
            assertFalse(refused.getMessage().contains("secret")
                    || refused.getMessage().contains("c2Vj"));
        }
    }
}
