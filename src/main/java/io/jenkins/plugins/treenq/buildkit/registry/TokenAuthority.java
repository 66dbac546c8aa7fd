// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.registry;

import io.jenkins.plugins.treenq.buildkit.keys.Ed25519Keys;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key pair by which a daemon recognizes the sessions that may share tokens
 * ({@code session/auth/authprovider/authprovider.go}).
 *
 * <p>The daemon chooses the salt. If the key depended on the login and the salt only, the daemon could guess passwords
 * and compare the public keys. BuildKit's own client omits its seed if there is no login, so that all sessions without
 * a login share tokens. This client always includes the seed, because a login may depend on the repository, and sharing
 * would give its token to other sessions.
 */
public final class TokenAuthority {
    private static final String HMAC = "HmacSHA256";

    private final KeyPair pair;

    private TokenAuthority(KeyPair pair) {
        this.pair = pair;
    }

    public static TokenAuthority of(TokenSource source, String host, Optional<RegistryLogin> login, byte[] salt)
            throws GeneralSecurityException {
        ByteArrayOutputStream who = new ByteArrayOutputStream();
        for (String part : new String[] {
            host,
            login.map(RegistryLogin::username).orElse(""),
            login.map(RegistryLogin::secret).orElse("")
        }) {
            who.writeBytes(part.getBytes(StandardCharsets.UTF_8));
            who.write(0);
        }
        byte[] secret = hmac(source.seed(), who.toByteArray());
        // HMAC treats an empty key like a key of zeros. The JDK rejects an empty key.
        return new TokenAuthority(Ed25519Keys.fromSeed(hmac(salt.length == 0 ? new byte[1] : salt, secret)));
    }

    /** Returns the 32 bytes of the public key. */
    public byte[] publicKey() {
        return Ed25519Keys.publicBytes((EdECPublicKey) pair.getPublic());
    }

    /** Returns the signature followed by the payload, as NaCl's {@code crypto_sign} does. */
    public byte[] sign(byte[] payload) throws GeneralSecurityException {
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(payload);
        ByteArrayOutputStream signed = new ByteArrayOutputStream();
        signed.writeBytes(signer.sign());
        signed.writeBytes(payload);
        return signed.toByteArray();
    }

    private static byte[] hmac(byte[] key, byte[] data) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(HMAC);
        mac.init(new SecretKeySpec(key, HMAC));
        return mac.doFinal(data);
    }
}
