// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.treenq.buildkit.Certificates;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Base64;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PemKeysTest {
    @ParameterizedTest
    @CsvSource({"RSA,2048", "RSA,4096", "EC,256", "EC,521", "Ed25519,255"})
    void keysAreReadInTheirTraditionalFormAndAsPkcs8(String algorithm, int size) throws Exception {
        // The JDK's own keys do not name their curve in the traditional form; openssl's and these do.
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm, new BouncyCastleProvider());
        generator.initialize(size);
        PrivateKey key = generator.generateKeyPair().getPrivate();
        String traditional = Certificates.pem(key);
        assertTrue(algorithm.equals("Ed25519") || traditional.contains("BEGIN " + algorithm + " PRIVATE KEY"));
        assertEquals(PemKeys.parse(pkcs8(key.getEncoded())), PemKeys.parse(traditional));
    }

    @Test
    void whatIsNoKeyIsRefusedWithoutRepeatingIt() {
        for (String text : new String[] {
            "",
            "secret",
            "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----",
            "-----BEGIN EC PRIVATE KEY-----\nMAMCAQE=\n-----END EC PRIVATE KEY-----",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nc2VjcmV0\n-----END ENCRYPTED PRIVATE KEY-----"
        }) {
            GeneralSecurityException refused =
                    assertThrows(GeneralSecurityException.class, () -> PemKeys.parse(text), text);
            assertFalse(refused.getMessage().contains("secret"));
            assertFalse(refused.getMessage().contains("c2Vj"));
        }
    }

    @Test
    void encryptedKeysAreOpenedWithTheirPassphraseAlone() throws Exception {
        PrivateKey key = KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate();
        String pem = Certificates.pem(new JcaPKCS8Generator(
                key,
                new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                        .setProvider(new BouncyCastleProvider())
                        .setPRF(PKCS8Generator.PRF_HMACSHA256)
                        .setPassword("open sesame".toCharArray())
                        .build()));
        assertTrue(pem.contains("BEGIN ENCRYPTED PRIVATE KEY"));
        assertEquals(PemKeys.parse(pkcs8(key.getEncoded())), PemKeys.parse(pem, "open sesame"));
        for (String wrong : new String[] {"wrong", "", "ünsafe"}) {
            GeneralSecurityException refused =
                    assertThrows(GeneralSecurityException.class, () -> PemKeys.parse(pem, wrong));
            assertTrue(refused.getMessage().contains("encrypted") || refused.getMessage().contains("passphrase"));
        }
        assertThrows(GeneralSecurityException.class, () -> PemKeys.parse(pem));
    }

    private static String pkcs8(byte[] der) {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(der)
                + "\n-----END PRIVATE KEY-----\n";
    }
}
