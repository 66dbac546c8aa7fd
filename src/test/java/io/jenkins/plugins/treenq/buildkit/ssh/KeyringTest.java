// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.ssh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.BuildkitException;
import io.jenkins.plugins.treenq.buildkit.SshKey;
import io.jenkins.plugins.treenq.buildkit.ssh.SshKeyForms.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyringTest {
    private static final byte[] DATA = "what is to be signed".getBytes(StandardCharsets.UTF_8);
    private static final byte[] FAILURE = {5};

    private static SshKey key(String pem) {
        return new SshKey(pem, "", "the key");
    }

    private static byte[] list(Keyring keyring) {
        return keyring.answer(new byte[] {11});
    }

    /** The only key's public half, as SSH writes it. */
    private static byte[] onlyBlob(Keyring keyring) throws Exception {
        SshReader answer = new SshReader(list(keyring)).skip(1);
        assertEquals(1, answer.uint32());
        byte[] blob = answer.string();
        assertEquals("the key", answer.text());
        assertEquals(0, answer.rest().length);
        return blob;
    }

    private static byte[] signRequest(byte[] blob, int flags) {
        return new Wire().octet(13).string(blob).string(DATA).uint32(flags).bytes();
    }

    private static void assertSigns(Keyring keyring, PublicKey key, int flags, String algorithm, String javaAlgorithm)
            throws Exception {
        byte[] answer = keyring.answer(signRequest(SshKeyForms.publicBlob(key), flags));
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
            byte[] number = numbers.mpint().toByteArray();
            int length = Math.min(number.length, size);
            both.position(i * size + size - length);
            both.put(number, number.length - length, length);
        }
        return both.array();
    }

    @ParameterizedTest
    @CsvSource({
        "RSA, 2048, pkcs8", "RSA, 2048, traditional", "RSA, 3072, openssh", "EC, 256, pkcs8", "EC, 256, traditional",
        "EC, 256, openssh", "EC, 384, pkcs8", "EC, 384, traditional", "EC, 384, openssh", "EC, 521, pkcs8",
        "EC, 521, traditional", "EC, 521, openssh", "Ed25519, 255, pkcs8", "Ed25519, 255, openssh"
    })
    void everyKindOfKeyIsListedAndSignsSoThatItsPublicHalfVerifies(String algorithm, int size, String form)
            throws Exception {
        for (int i = 0; i < (algorithm.equals("RSA") ? 1 : 5); i++) {
            KeyPair pair = SshKeyForms.pair(algorithm, size);
            Keyring keyring = Keyring.of(List.of(key(
                    switch (form) {
                        case "pkcs8" -> SshKeyForms.pkcs8(pair);
                        case "traditional" -> SshKeyForms.traditional(pair);
                        default -> SshKeyForms.openSsh(pair);
                    })));
            assertArrayEquals(SshKeyForms.publicBlob(pair.getPublic()), onlyBlob(keyring));
            switch (algorithm) {
                case "RSA" -> {
                    assertSigns(keyring, pair.getPublic(), 0, "ssh-rsa", "SHA1withRSA");
                    assertSigns(keyring, pair.getPublic(), 2, "rsa-sha2-256", "SHA256withRSA");
                    assertSigns(keyring, pair.getPublic(), 4, "rsa-sha2-512", "SHA512withRSA");
                }
                case "EC" -> assertSigns(
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
        KeyPair pair = SshKeyForms.pair("EC", 256);
        while (((ECPublicKey) pair.getPublic()).getW().getAffineX().bitLength() > 248) {
            pair = SshKeyForms.pair("EC", 256);
        }
        Keyring keyring = Keyring.of(List.of(key(SshKeyForms.pkcs8(pair))));
        assertArrayEquals(SshKeyForms.publicBlob(pair.getPublic()), onlyBlob(keyring));
        for (int i = 0; i < 300; i++) {
            assertSigns(keyring, pair.getPublic(), 0, "ecdsa-sha2-nistp256", "SHA256withECDSAinP1363Format");
        }
    }

    @Test
    void severalKeysAreListedInTheirOrderAndTheSameOneOnce() throws Exception {
        KeyPair first = SshKeyForms.pair("Ed25519", 255);
        KeyPair second = SshKeyForms.pair("EC", 256);
        Keyring keyring = Keyring.of(List.of(
                new SshKey(SshKeyForms.pkcs8(first), "", "one"),
                new SshKey(SshKeyForms.pkcs8(second), "", "two"),
                new SshKey(SshKeyForms.openSsh(first), "", "again")));
        SshReader answer = new SshReader(list(keyring)).skip(1);
        assertEquals(2, answer.uint32());
        assertArrayEquals(SshKeyForms.publicBlob(first.getPublic()), answer.string());
        assertEquals("again", answer.text());
        assertArrayEquals(SshKeyForms.publicBlob(second.getPublic()), answer.string());
        assertSigns(keyring, second.getPublic(), 0, "ecdsa-sha2-nistp256", "SHA256withECDSAinP1363Format");
        assertFalse(keyring.toString().contains("PRIVATE"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 5, 6, 7, 8, 9, 10, 12, 14, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 200, 255})
    void whatIsNotListingOrSigningIsRefused(int type) throws Exception {
        Keyring keyring = Keyring.of(List.of(key(SshKeyForms.pkcs8(SshKeyForms.pair("Ed25519", 255)))));
        assertArrayEquals(FAILURE, keyring.answer(new Wire().octet(type).string("anything").bytes()));
    }

    @Test
    void theOldListIsEmptyAndBrokenSignRequestsAreRefused() throws Exception {
        Keyring keyring = Keyring.of(List.of(key(SshKeyForms.pkcs8(SshKeyForms.pair("Ed25519", 255)))));
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
    void damagedKeysAreRefusedWithoutRepeatingThem() throws Exception {
        Random random = new Random(1);
        List<String> whole = new ArrayList<>();
        for (KeyPair pair : List.of(
                SshKeyForms.pair("RSA", 2048), SshKeyForms.pair("EC", 256), SshKeyForms.pair("Ed25519", 255))) {
            whole.add(SshKeyForms.openSsh(pair));
            whole.add(SshKeyForms.pkcs8(pair));
        }
        int refused = 0;
        for (String pem : whole) {
            String body = pem.replaceAll("-----[A-Z ]+-----|\\n", "");
            byte[] bytes = Base64.getDecoder().decode(body);
            for (int i = 0; i < 150; i++) {
                byte[] damaged = i % 2 == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes.clone();
                if (i % 2 == 1) {
                    damaged[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                String text = pem.replace(
                        pem.split("-----")[2], "\n" + Base64.getEncoder().encodeToString(damaged) + "\n");
                try {
                    Keyring.of(List.of(key(text)));
                } catch (BuildkitException.InvalidRequest e) {
                    refused++;
                    assertTrue(e.getMessage().startsWith("the SSH key 'the key' cannot be used: "), e.getMessage());
                    assertFalse(e.getMessage().contains(body.substring(body.length() / 2, body.length() / 2 + 8)));
                }
            }
        }
        assertTrue(refused > 400, "only " + refused);
    }

    @Test
    void aKeyOnAnotherCurveAndNoKeyAtAllAreRefused() {
        assertThrows(BuildkitException.InvalidRequest.class, () -> Keyring.of(List.of(key("secret"))));
        assertThrows(BuildkitException.InvalidRequest.class, () -> Keyring.of(List.of(key(
                SshKeyForms.pkcs8(SshKeyForms.pair("Ed448", 448))))));
        assertThrows(BuildkitException.InvalidRequest.class, () -> Keyring.of(List.of(key(
                SshKeyForms.pkcs8(SshKeyForms.pair("RSASSA-PSS", 2048)).replace("PRIVATE", "PUBLIC")))));
    }

    /** Every form that ssh-keygen writes; the public key is what it says itself. */
    @ParameterizedTest
    @CsvSource({
        "rsa, 2048, RFC4716", "rsa, 2048, PEM", "rsa, 2048, PKCS8", "ecdsa, 256, RFC4716", "ecdsa, 384, PEM",
        "ecdsa, 521, PKCS8", "ecdsa, 521, RFC4716", "ed25519, 256, RFC4716"
    })
    void sshKeygensKeysAreRead(String type, int bits, String form, @TempDir Path folder) throws Exception {
        Path file = folder.resolve("key");
        keygen("-t", type, "-b", "" + bits, "-m", form, "-N", "", "-f", file.toString());
        Keyring keyring = Keyring.of(List.of(key(Files.readString(file))));
        String publicKey = Files.readString(folder.resolve("key.pub")).split(" ")[1];
        assertEquals(publicKey, Base64.getEncoder().encodeToString(onlyBlob(keyring)));
    }

    @Test
    void encryptedKeysAreOpenedAsPkcs8AndOtherwiseSaidToBeEncrypted(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("key");
        keygen("-t", "ecdsa", "-m", "PKCS8", "-N", "open sesame", "-f", file.toString());
        String pem = Files.readString(file);
        assertTrue(pem.contains("ENCRYPTED"));
        onlyBlob(Keyring.of(List.of(new SshKey(pem, "open sesame", "the key"))));
        assertRefused(pem, "wrong", "the passphrase does not open it");
        assertRefused(pem, "", "it is encrypted");
        keygen("-t", "rsa", "-m", "PEM", "-N", "open sesame", "-f", folder.resolve("old").toString());
        assertRefused(Files.readString(folder.resolve("old")), "open sesame", "PKCS#8");
        keygen("-t", "ed25519", "-N", "open sesame", "-f", folder.resolve("own").toString());
        assertRefused(Files.readString(folder.resolve("own")), "open sesame", "ssh-keygen -p");
    }

    private static void assertRefused(String pem, String passphrase, String words) {
        BuildkitException.InvalidRequest refused = assertThrows(
                BuildkitException.InvalidRequest.class,
                () -> Keyring.of(List.of(new SshKey(pem, passphrase, "the key"))));
        assertTrue(refused.getMessage().contains(words), refused.getMessage());
        assertFalse(refused.getMessage().contains("sesame"));
    }

    private static void keygen(String... arguments) throws InterruptedException {
        List<String> line = new ArrayList<>(List.of("ssh-keygen", "-q"));
        line.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), output);
        } catch (IOException e) {
            Assumptions.abort("needs ssh-keygen");
        }
    }
}
