// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.junit.jupiter.api.Test;

class TokenAuthorityTest {
    private static final byte[] SALT =
            HexFormat.of().parseHex("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");

    private static TokenAuthority authority(TokenSource source, String host, String username, String secret)
            throws Exception {
        return TokenAuthority.of(source, host, Optional.of(new RegistryLogin(username, secret)), SALT);
    }

    @Test
    void signaturesAreValidAndContainThePayload() throws Exception {
        TokenAuthority authority = authority(TokenSource.builder().build(), "registry", "me", "secret");
        byte[] payload = {1, 2, 3, 4};
        byte[] signed = authority.sign(payload);
        assertEquals(64 + payload.length, signed.length);
        assertArrayEquals(payload, Arrays.copyOfRange(signed, 64, signed.length));
        Ed25519Signer verifier = new Ed25519Signer();
        verifier.init(false, new Ed25519PublicKeyParameters(authority.publicKey()));
        verifier.update(payload, 0, payload.length);
        assertTrue(verifier.verifySignature(Arrays.copyOf(signed, 64)));
    }

    @Test
    void theKeyDependsOnSeedHostLoginAndSalt() throws Exception {
        TokenSource source = TokenSource.builder(new byte[16]).build();
        byte[] key = authority(source, "a", "me", "secret").publicKey();
        assertArrayEquals(
                key,
                authority(TokenSource.builder(new byte[16]).build(), "a", "me", "secret")
                        .publicKey());
        Set<String> others = new HashSet<>();
        for (TokenAuthority other : new TokenAuthority[] {
            authority(TokenSource.builder(new byte[17]).build(), "a", "me", "secret!"),
            authority(TokenSource.builder().build(), "a", "me", "secret"),
            authority(source, "b", "me", "secret"),
            authority(source, "a", "mes", "ecret"),
            TokenAuthority.of(source, "a", Optional.empty(), SALT),
            TokenAuthority.of(TokenSource.builder().build(), "a", Optional.empty(), SALT),
            TokenAuthority.of(source, "a", Optional.of(new RegistryLogin("me", "secret")), new byte[0])
        }) {
            assertFalse(Arrays.equals(key, other.publicKey()));
            assertTrue(others.add(HexFormat.of().formatHex(other.publicKey())));
        }
    }

    @Test
    void aShortSeedIsRefusedAndSecretsAreNotPrinted() {
        assertThrows(IllegalArgumentException.class, () -> TokenSource.builder(new byte[15]));
        TokenSource source = TokenSource.builder()
                .connection(RegistryConnection.builder()
                        .clientCertificate("cert", "the-key")
                        .build())
                .build();
        assertFalse(source.toString().contains("the-key"));
    }
}
