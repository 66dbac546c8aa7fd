// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keyfiles;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.SshKey;
import io.jenkins.plugins.treenq.buildkit.keys.Pkcs8Keys;
import io.jenkins.plugins.treenq.buildkit.ssh.Keyring;
import io.jenkins.plugins.treenq.buildkit.ssh.SshKeyFormats;
import io.jenkins.plugins.treenq.buildkit.ssh.SshKeyFormats.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys are written by ssh-keygen and openssl themselves. */
class PrivateKeyReaderTest {
    private static final String PASSPHRASE = "öffne dich, Sesam";
    private static final char[] NONE = {};

    @TempDir
    Path folder;

    private static SshKey read(String text, String passphrase) throws GeneralSecurityException {
        return PrivateKeyReader.sshKey(text, passphrase.toCharArray(), "the key");
    }

    private static String refusal(String text, String passphrase) {
        GeneralSecurityException refused =
                assertThrows(GeneralSecurityException.class, () -> read(text, passphrase), text);
        String message = refused.getMessage();
        assertEquals(1, message.lines().count(), message);
        assertEquals(null, refused.getCause());
        assertFalse(message.contains("Sesam"), message);
        return message;
    }

    private static void assertRefused(String text, String passphrase, String words) {
        String message = refusal(text, passphrase);
        assertTrue(message.contains(words), message);
    }

    /** @return the file that the program writes, or its output */
    private String run(String... line) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(line)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), () -> String.join(" ", line) + "\n" + output);
            return output;
        } catch (IOException e) {
            return Assumptions.abort("needs " + line[0]);
        }
    }

    private String keygen(String passphrase, String... options) throws Exception {
        Files.deleteIfExists(folder.resolve("key"));
        List<String> line = new ArrayList<>(List.of("ssh-keygen", "-q", "-f", "key", "-N", passphrase));
        line.addAll(List.of(options));
        run(line.toArray(String[]::new));
        return Files.readString(folder.resolve("key"));
    }

    private void assertIsKeygens(SshKey key) throws Exception {
        String publicKey = Files.readString(folder.resolve("key.pub")).split(" ")[1];
        assertEquals(publicKey, Base64.getEncoder().encodeToString(key.publicKey()));
        // The keyring verifies that the key can sign.
        Keyring.of(List.of(key));
    }

    private String openssl(String... options) throws Exception {
        return run(Stream.concat(Stream.of("openssl"), Stream.of(options)).toArray(String[]::new));
    }

    /** Creates a key in the file {@code plain}, and converts it with openssl. */
    private PrivateKey generate(String... options) throws Exception {
        genpkey(options);
        return Pkcs8Keys.parse(openssl("pkcs8", "-topk8", "-nocrypt", "-in", "plain"));
    }

    private static void assertIs(PrivateKey expected, String text, String passphrase) throws Exception {
        PrivateKey read = PrivateKeyReader.read(text, passphrase.toCharArray());
        if (expected instanceof ECPrivateKey ec) {
            // Java treats keys as different if only one of them has its public part.
            assertEquals(ec.getS(), ((ECPrivateKey) read).getS());
            assertEquals(
                    ec.getParams().getCurve(), ((ECPrivateKey) read).getParams().getCurve());
        } else {
            assertEquals(expected, read);
        }
        assertEquals(read, Pkcs8Keys.parse(PrivateKeyReader.pkcs8(text, passphrase.toCharArray())));
    }

    @ParameterizedTest
    @CsvSource({
        "rsa, 2048, RFC4716", "rsa, 3072, PEM", "rsa, 2048, PKCS8", "ecdsa, 256, RFC4716", "ecdsa, 384, RFC4716",
        "ecdsa, 521, RFC4716", "ecdsa, 256, PEM", "ecdsa, 384, PEM", "ecdsa, 521, PEM", "ecdsa, 256, PKCS8",
        "ecdsa, 384, PKCS8", "ecdsa, 521, PKCS8", "ed25519, 256, RFC4716"
    })
    void sshKeygensKeysAreReadWithAndWithoutPassphrase(String type, String bits, String form) throws Exception {
        for (String passphrase : List.of("", PASSPHRASE)) {
            String text = keygen(passphrase, "-t", type, "-b", bits, "-m", form, "-a", "2");
            assertIsKeygens(read(text, passphrase));
            // As with ssh, a passphrase that is not needed is ignored.
            if (passphrase.isEmpty()) {
                assertIsKeygens(read(text, "not needed"));
            } else {
                assertRefused(text, "wrong", "the passphrase is wrong, or the key is damaged");
                assertRefused(text, "", "it is encrypted, and there is no passphrase");
                assertThrows(PassphraseMissingException.class, () -> PrivateKeyReader.pkcs8(text, NONE));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aes128-ctr",
                "aes192-ctr",
                "aes256-ctr",
                "aes128-cbc",
                "aes192-cbc",
                "aes256-cbc",
                "3des-cbc",
                "aes128-gcm@openssh.com",
                "aes256-gcm@openssh.com",
                "chacha20-poly1305@openssh.com"
            })
    void everyCipherOfOpenSshIsSupported(String cipher) throws Exception {
        String text = keygen(PASSPHRASE, "-t", "ed25519", "-Z", cipher, "-a", "2");
        assertIsKeygens(read(text, PASSPHRASE));
        assertRefused(text, "wrong", "the passphrase is wrong, or the key is damaged");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-v2 aes-128-cbc",
                "-v2 aes-192-cbc",
                "-v2 aes-256-cbc",
                "-v2 des-ede3-cbc",
                "-v2 aes-256-cbc -v2prf hmacWithSHA1",
                "-v2 aes-256-cbc -v2prf hmacWithSHA224",
                "-v2 des3 -v2prf hmacWithSHA384",
                "-v2 aes-128-cbc -v2prf hmacWithSHA512",
                "-v1 PBE-SHA1-3DES"
            })
    void encryptedPkcs8IsRead(String how) throws Exception {
        // In the JDK, the older schemes support only ASCII passphrases.
        String passphrase = how.contains("-v1") ? "open sesame" : PASSPHRASE;
        for (String kind : List.of("RSA", "ED25519", "EC -pkeyopt ec_paramgen_curve:P-384")) {
            PrivateKey key = generate(("-algorithm " + kind).split(" "));
            String text = openssl(("pkcs8 -topk8 -in plain " + how + " -passout").split(" "), "pass:" + passphrase);
            assertTrue(text.contains("BEGIN ENCRYPTED PRIVATE KEY"));
            assertIs(key, text, passphrase);
            assertRefused(text, "wrong", "the passphrase is wrong, or the key is damaged");
            assertRefused(text, "", "there is no passphrase");
        }
    }

    private String openssl(String[] options, String last) throws Exception {
        return openssl(Stream.concat(Stream.of(options), Stream.of(last)).toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-aes128", "-aes192", "-aes256", "-des3"})
    void traditionalFormatsOfOpensslAreRead(String cipher) throws Exception {
        String passphrase = cipher.isEmpty() ? "" : PASSPHRASE;
        List<String> encryption = cipher.isEmpty() ? List.of() : List.of(cipher, "-passout", "pass:" + passphrase);
        for (List<String> form : List.of(
                List.of("RSA", "rsa", "-traditional"),
                List.of("EC", "ec", "-param_enc", "named_curve"),
                List.of("EC", "ec", "-no_public"))) {
            PrivateKey key = form.get(0).equals("RSA")
                    ? generate("-algorithm", "RSA")
                    : generate("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256");
            List<String> line = new ArrayList<>(form.subList(1, form.size()));
            line.addAll(List.of("-in", "plain", "-out", "old"));
            line.addAll(encryption);
            openssl(line.toArray(String[]::new));
            String text = Files.readString(folder.resolve("old"));
            assertTrue(
                    text.contains("BEGIN " + form.get(0) + " PRIVATE KEY"),
                    text.lines().findFirst().orElse(""));
            assertEquals(!cipher.isEmpty(), text.contains("DEK-Info"));
            assertIs(key, text, passphrase);
            if (!cipher.isEmpty()) {
                assertRefused(text, "wrong", "the passphrase is wrong, or the key is damaged");
                assertRefused(text, "", "there is no passphrase");
            }
        }
    }

    @Test
    void surroundingTextAndLineEndingsAreIgnored() throws Exception {
        List<String> texts = List.of(
                keygen("", "-t", "ed25519"),
                keygen(PASSPHRASE, "-t", "ed25519", "-a", "2"),
                keygen(PASSPHRASE, "-t", "rsa", "-m", "PEM"),
                keygen("", "-t", "ecdsa", "-m", "PEM"),
                keygen(PASSPHRASE, "-t", "ecdsa", "-m", "PKCS8"));
        for (String text : texts) {
            String plain = read(text, PASSPHRASE).pem();
            for (String other : List.of(
                    text.replace("\n", "\r\n"),
                    text.strip(),
                    "\n\n  \n" + text + "\n \n",
                    text.replace("-----\n", "-----\n").replaceFirst("\n-----END", "\n\n-----END"),
                    "Bag Attributes\n    friendlyName: ours\nKey Attributes: <No Attributes>\n" + text + "the end\n",
                    "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + text,
                    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + text)) {
                assertEquals(plain, read(other, PASSPHRASE).pem(), other);
            }
        }
    }

    @Test
    void otherKindsOfFilesAreNamedInTheMessage() throws Exception {
        keygen("", "-t", "ed25519");
        String publicKey = Files.readString(folder.resolve("key.pub"));
        assertRefused(publicKey, "", "it is a public key");
        assertRefused(run("ssh-keygen", "-e", "-f", "key.pub"), "", "it is a public key");
        assertRefused(run("ssh-keygen", "-e", "-m", "PEM", "-f", rsaPublicKey()), "", "it is a public key");
        assertRefused("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n", "", "PuTTYgen");
        assertRefused("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "", "it is a certificate");
        assertRefused("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56\n", "", "ssh-keygen -i");
        assertRefused("-----BEGIN ANY PRIVATE KEY-----\nAAAA\n-----END ANY PRIVATE KEY-----", "", "format is unknown");
        for (String nothing : List.of("", "secret", "-----BEGIN nothing")) {
            assertRefused(nothing, "", "it is not a private key in PEM format");
        }
        assertRefused("x".repeat(1 << 20), "", "too large");
    }

    private String rsaPublicKey() throws Exception {
        keygen("", "-t", "rsa");
        return "key.pub";
    }

    @Test
    void unsupportedKeyTypesAreRefused() throws Exception {
        assertRefused(keygen("", "-t", "dsa", "-m", "PEM"), "", "DSA");
        assertRefused(keygen("", "-t", "dsa", "-m", "PKCS8"), "", "not an RSA");
        assertRefused(keygen(PASSPHRASE, "-t", "dsa"), PASSPHRASE, "DSA");
        genpkey("-algorithm", "ED448");
        assertRefused(Files.readString(folder.resolve("plain")), "", "not an RSA");
        for (String curve : List.of("secp256k1", "brainpoolP384r1")) {
            genpkey(("-algorithm EC -pkeyopt ec_paramgen_curve:" + curve).split(" "));
            assertRefused(Files.readString(folder.resolve("plain")), "", "P-256");
        }
        byte[] key = new Wire()
                .uint32(1)
                .uint32(1)
                .string("sk-ssh-ed25519@openssh.com")
                .string("")
                .bytes();
        assertRefused(openSsh("none", "none", new byte[0], 1, key), "", "security key");
    }

    private void genpkey(String... options) throws Exception {
        List<String> line = new ArrayList<>(List.of("genpkey", "-out", "plain"));
        line.addAll(List.of(options));
        openssl(line.toArray(String[]::new));
    }

    @Test
    void unsupportedEncryptionIsReportedWithARemedy() throws Exception {
        byte[] salt = new Wire().string("0123456789abcdef").uint32(16).bytes();
        assertRefused(
                openSsh("rot13@example.com", "bcrypt", salt, 1, new byte[64]), "x", "ssh-keygen -p -Z aes256-ctr");
        generate("-algorithm", "ED25519");
        assertRefused(
                openssl("pkcs8", "-topk8", "-in", "plain", "-scrypt", "-passout", "pass:sesame"), "x", "-v2 aes256");
        assertRefused(
                openssl("pkcs8", "-topk8", "-in", "plain", "-v2", "camellia-128-cbc", "-passout", "pass:sesame"),
                "x",
                "-v2 aes256");
        generate("-algorithm", "RSA");
        assertRefused(
                openssl("rsa", "-traditional", "-camellia128", "-in", "plain", "-passout", "pass:sesame")
                        .replaceFirst("writing RSA key\n", ""),
                "x",
                "-v2 aes256");
    }

    /** Parameters of a key file that would use a processor for hours or exhaust the memory. */
    @Test
    void tooManyRoundsAreRefused() throws Exception {
        assertIsKeygens(read(keygen(PASSPHRASE, "-t", "ed25519", "-a", "100"), PASSPHRASE));
        byte[] rounds =
                new Wire().string("0123456789abcdef").uint32(Integer.MAX_VALUE).bytes();
        assertRefused(openSsh("aes256-ctr", "bcrypt", rounds, 1, new byte[64]), "x", "ssh-keygen -p -a 100");
        for (int count : new int[] {Integer.MAX_VALUE, -1, 0, 2}) {
            assertRefused(openSsh("none", "none", new byte[0], count, new byte[64]), "", "damaged");
        }
        generate("-algorithm", "ED25519");
        String dear = openssl("pkcs8", "-topk8", "-in", "plain", "-iter", "65793", "-passout", "pass:sesame");
        byte[] der = Base64.getMimeDecoder().decode(dear.replaceAll("-----.*-----", ""));
        int at = new String(der, StandardCharsets.ISO_8859_1).indexOf("\u0002\u0003\u0001\u0001\u0001");
        der[at + 2] = 0x7f;
        assertRefused(pem("ENCRYPTED PRIVATE KEY", der), "x", "-iter 100000");
    }

    private static String openSsh(String cipher, String derivation, byte[] options, int count, byte[] key) {
        return pem(
                "OPENSSH PRIVATE KEY",
                new Wire()
                        .raw("openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII))
                        .string(cipher)
                        .string(derivation)
                        .string(options)
                        .uint32(count)
                        .string("the public key")
                        .string(key)
                        .bytes());
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    /** Truncated keys, keys with inverted bits, and keys with very large lengths. */
    @Test
    void damagedKeysAreRefusedWithoutQuotingThem() throws Exception {
        Random random = new Random(1);
        List<String> whole = new ArrayList<>();
        for (String passphrase : List.of("", "sesame")) {
            whole.add(keygen(passphrase, "-t", "rsa", "-b", "2048", "-a", "1"));
            whole.add(keygen(passphrase, "-t", "rsa", "-b", "2048", "-m", "PEM"));
            whole.add(keygen(passphrase, "-t", "ecdsa", "-a", "1"));
            whole.add(keygen(passphrase, "-t", "ecdsa", "-m", "PEM"));
            whole.add(keygen(passphrase, "-t", "ed25519", "-a", "1"));
        }
        for (KeyPair pair : List.of(
                SshKeyFormats.pair("RSA", 2048), SshKeyFormats.pair("EC", 256), SshKeyFormats.pair("Ed25519", 255))) {
            whole.add(SshKeyFormats.pkcs8(pair));
            Files.writeString(folder.resolve("plain"), SshKeyFormats.pkcs8(pair));
            whole.add(openssl("pkcs8", "-topk8", "-in", "plain", "-iter", "1", "-passout", "pass:sesame"));
        }
        int refused = 0;
        int tried = 0;
        for (String text : whole) {
            String[] parts = text.split("-----");
            int start = parts[2].contains("DEK-Info") ? parts[2].indexOf("\n\n") : 0;
            byte[] bytes = Base64.getMimeDecoder().decode(parts[2].substring(start));
            String whole64 = Base64.getEncoder().encodeToString(bytes);
            String middle = whole64.substring(whole64.length() / 2, whole64.length() / 2 + 8);
            for (int i = 0; i < 90; i++) {
                byte[] damaged = bytes.clone();
                int at = random.nextInt(bytes.length);
                switch (i % 3) {
                    case 0 -> damaged = Arrays.copyOf(bytes, at);
                    case 1 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                    default ->
                        ByteBuffer.wrap(damaged)
                                .putInt(Math.min(at, bytes.length - 4), random.nextBoolean() ? Integer.MAX_VALUE : -1);
                }
                String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(damaged);
                String other = text.replace(parts[2], parts[2].substring(0, start) + "\n\n" + body + "\n");
                tried++;
                try {
                    read(other, "sesame");
                } catch (GeneralSecurityException e) {
                    refused++;
                    assertFalse(e.getMessage().contains(middle), e.getMessage());
                    assertEquals(null, e.getCause());
                }
            }
        }
        assertTrue(refused > tried * 2 / 3, refused + " of " + tried);
    }

    @Test
    void garbageIsRefused() {
        Random random = new Random(2);
        for (String label : List.of(
                "PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY")) {
            for (int i = 0; i < 200; i++) {
                byte[] bytes = new byte[random.nextInt(300)];
                random.nextBytes(bytes);
                refusal(pem(label, bytes), "x");
            }
            refusal("-----BEGIN " + label + "-----\n%%%\n-----END " + label + "-----", "x");
            assertRefused("-----BEGIN " + label + "-----\nAAAA\n", "x", "-----END " + label + "-----");
        }
    }

    /** In PKCS#8, Java's EC keys do not contain the public key, and Bouncy Castle's Ed25519 keys contain it. */
    @ParameterizedTest
    @CsvSource({"RSA, 2048", "EC, 256", "EC, 384", "EC, 521", "Ed25519, 255"})
    void keysOfOtherProgramsAreRead(String algorithm, int size) throws Exception {
        for (int i = 0; i < (algorithm.equals("RSA") ? 1 : 5); i++) {
            KeyPair pair = SshKeyFormats.pair(algorithm, size);
            byte[] blob = SshKeyFormats.publicBlob(pair.getPublic());
            assertArrayEquals(blob, read(SshKeyFormats.pkcs8(pair), "").publicKey());
            assertArrayEquals(blob, read(SshKeyFormats.openSsh(pair), "").publicKey());
            PrivateKey other = KeyFactory.getInstance(algorithm, new BouncyCastleProvider())
                    .generatePrivate(new PKCS8EncodedKeySpec(pair.getPrivate().getEncoded()));
            assertArrayEquals(
                    blob, read(pem("PRIVATE KEY", other.getEncoded()), "").publicKey());
            if (!algorithm.equals("Ed25519")) {
                assertArrayEquals(
                        blob, read(SshKeyFormats.traditional(pair), "").publicKey());
            }
        }
    }

    @Test
    void anInconsistentRsaKeyIsRefused() throws Exception {
        KeyPair one = SshKeyFormats.pair("RSA", 2048);
        String text = SshKeyFormats.openSsh(one);
        byte[] bytes = Base64.getMimeDecoder().decode(text.replaceAll("-----.*-----", ""));
        // The last bytes are the second prime, the comment and the padding.
        bytes[bytes.length - 60] ^= 4;
        assertRefused(pem("OPENSSH PRIVATE KEY", bytes), "", "damaged");
        assertInstanceOf(SshKey.class, read(text, ""));
    }
}
