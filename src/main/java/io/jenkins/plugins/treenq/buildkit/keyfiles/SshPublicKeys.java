// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keyfiles;

import io.jenkins.plugins.treenq.buildkit.keys.Ed25519Keys;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/** Computes the public keys of private keys in the format of SSH. The public key in a key file is not used. */
final class SshPublicKeys {
    private static final byte[] PROBE = {1};

    private SshPublicKeys() {}

    /** @throws UnusableKeyException if SSH does not support the type of the key */
    static byte[] of(PrivateKey key) throws GeneralSecurityException {
        if (key instanceof RSAPrivateCrtKey rsa) {
            return rsa(rsa);
        }
        if (key instanceof ECPrivateKey ec) {
            return ecdsa(ec);
        }
        if (key instanceof EdECPrivateKey ed) {
            return ed25519(ed);
        }
        throw new UnusableKeyException("it lacks values that are needed for signing");
    }

    /**
     * Encodes an RSA key (RFC 4253, section 6.6). A signature checks whether the numbers of the key belong together,
     * which no earlier step has verified.
     */
    private static byte[] rsa(RSAPrivateCrtKey key) throws GeneralSecurityException {
        PublicKey publicKey = KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent()));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(key);
        signature.update(PROBE);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(PROBE);
        if (!signature.verify(signed)) {
            throw new UnusableKeyException(UnusableKeyException.DAMAGED);
        }
        return blob(publicKey);
    }

    /** Encodes an EC key (RFC 5656, section 3.1). */
    private static byte[] ecdsa(ECPrivateKey key) throws GeneralSecurityException {
        return blob(KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(EcPublicKeys.point(key), key.getParams())));
    }

    private static byte[] blob(PublicKey key) {
        ByteArrayBuffer blob = new ByteArrayBuffer();
        blob.putRawPublicKey(key);
        return blob.getCompactData();
    }

    /** Encodes an Ed25519 key (RFC 8709). */
    private static byte[] ed25519(EdECPrivateKey key) throws GeneralSecurityException {
        EdECPublicKey publicKey =
                (EdECPublicKey) Ed25519Keys.fromSeed(Ed25519Keys.seedOf(key)).getPublic();
        ByteArrayBuffer blob = new ByteArrayBuffer();
        blob.putString(OpenSshParser.ED25519);
        blob.putBytes(Ed25519Keys.publicBytes(publicKey));
        return blob.getCompactData();
    }
}
