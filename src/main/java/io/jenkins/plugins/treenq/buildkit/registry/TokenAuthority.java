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
 * The key pair by which a daemon knows the sessions that may use each other's tokens
 * ({@code session/auth/authprovider/authprovider.go}).
 *
 * <p>The daemon chooses the salt, so the key must not follow from the login alone: with the public key, it could try
 * passwords. BuildKit's own client leaves out its seed without a login, and all such sessions share tokens; here, where
 * a login may depend on the repository, that would hand them out.
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
        // To HMAC, an empty key is one of zeros, which the JDK does not know.
        return new TokenAuthority(Ed25519Keys.fromSeed(hmac(salt.length == 0 ? new byte[1] : salt, secret)));
    }

    /** 32 bytes. */
    public byte[] publicKey() {
        return Ed25519Keys.publicBytes((EdECPublicKey) pair.getPublic());
    }

    /** The signature and behind it what is signed, as NaCl's crypto_sign has it. */
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
