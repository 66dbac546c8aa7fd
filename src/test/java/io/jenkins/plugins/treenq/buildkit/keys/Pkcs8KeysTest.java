// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Pkcs8KeysTest {
    @ParameterizedTest
    @CsvSource({"RSA, 2048", "EC, 256", "EC, 521", "Ed25519, 255"})
    void formattedKeysCanBeParsed(String algorithm, int size) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(size);
        PrivateKey key = generator.generateKeyPair().getPrivate();
        assertEquals(key, Pkcs8Keys.parse(Pkcs8Keys.format(key)));
        assertEquals(key, Pkcs8Keys.parse("before\r\n" + Pkcs8Keys.format(key).replace("\n", "\r\n") + "behind"));
    }

    @Test
    void anInvalidKeyIsRefusedWithoutQuotingIt() {
        for (String text : new String[] {
            "",
            "secret",
            "-----BEGIN PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----",
            "-----BEGIN EC PRIVATE KEY-----\nMAMCAQE=\n-----END EC PRIVATE KEY-----",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nc2VjcmV0\n-----END ENCRYPTED PRIVATE KEY-----"
        }) {
            GeneralSecurityException refused =
                    assertThrows(GeneralSecurityException.class, () -> Pkcs8Keys.parse(text), text);
            assertFalse(refused.getMessage().contains("secret"));
            assertFalse(refused.getMessage().contains("c2Vj"));
        }
    }
}
