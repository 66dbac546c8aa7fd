// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.ssh;

import io.jenkins.plugins.treenq.buildkit.SshKey;
import io.jenkins.plugins.treenq.buildkit.keys.Ed25519Keys;
import io.jenkins.plugins.treenq.buildkit.keys.PemKeys;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECPoint;
import java.util.Arrays;

/** A private key that an agent holds, with its public half as SSH writes it. Never prints the key. */
final class Identity {
    private static final String RSA = "ssh-rsa";
    private static final String ED25519 = "ssh-ed25519";

    private final byte[] publicBlob;
    private final String comment;
    private final Signer signer;

    private interface Signer {
        byte[] sign(byte[] data, int flags) throws GeneralSecurityException;
    }

    private Identity(byte[] publicBlob, String comment, Signer signer) {
        this.publicBlob = publicBlob;
        this.comment = comment;
        this.signer = signer;
    }

    /** @throws GeneralSecurityException when the key cannot be read or served; never with the key's text */
    static Identity of(SshKey key) throws GeneralSecurityException {
        PrivateKey read = OpenSshKeys.isIn(key.pem())
                ? OpenSshKeys.parse(key.pem())
                : PemKeys.parse(key.pem(), key.passphrase());
        if (read instanceof RSAPrivateCrtKey rsa) {
            return rsa(rsa, key.comment());
        }
        if (read instanceof ECPrivateKey ec) {
            return ecdsa(ec, key.comment());
        }
        if (read instanceof EdECPrivateKey ed) {
            return ed25519(ed, key.comment());
        }
        throw new GeneralSecurityException("it lacks what signing takes");
    }

    /** RFC 4253, section 6.6, and RFC 8332. */
    private static Identity rsa(RSAPrivateCrtKey key, String comment) {
        byte[] blob = new SshWriter()
                .string(RSA)
                .mpint(key.getPublicExponent())
                .mpint(key.getModulus())
                .bytes();
        return new Identity(blob, comment, (data, flags) -> {
            if ((flags & AgentMessage.RSA_SHA2_256) != 0) {
                return signature("rsa-sha2-256", signed("SHA256withRSA", key, data));
            }
            if ((flags & AgentMessage.RSA_SHA2_512) != 0) {
                return signature("rsa-sha2-512", signed("SHA512withRSA", key, data));
            }
            // What servers of the time before 2016 want; the client decides.
            return signature(RSA, signed("SHA1withRSA", key, data));
        });
    }

    /** RFC 5656, section 3.1. */
    private static Identity ecdsa(ECPrivateKey key, String comment) throws GeneralSecurityException {
        Curve curve = Curve.of(key);
        String type = "ecdsa-sha2-" + curve.name();
        ECPoint point = curve.point(key);
        int size = curve.coordinateBytes();
        byte[] uncompressed = new byte[1 + 2 * size];
        uncompressed[0] = 4;
        fixed(point.getAffineX(), uncompressed, 1, size);
        fixed(point.getAffineY(), uncompressed, 1 + size, size);
        byte[] blob = new SshWriter()
                .string(type)
                .string(curve.name())
                .string(uncompressed)
                .bytes();
        return new Identity(blob, comment, (data, flags) -> {
            byte[] both = signed(curve.signature(), key, data);
            int half = both.length / 2;
            return signature(
                    type,
                    new SshWriter()
                            .mpint(new BigInteger(1, Arrays.copyOf(both, half)))
                            .mpint(new BigInteger(1, Arrays.copyOfRange(both, half, both.length)))
                            .bytes());
        });
    }

    /** RFC 8709. */
    private static Identity ed25519(EdECPrivateKey key, String comment) throws GeneralSecurityException {
        EdECPublicKey publicKey =
                (EdECPublicKey) Ed25519Keys.fromSeed(Ed25519Keys.seedOf(key)).getPublic();
        byte[] blob = new SshWriter()
                .string(ED25519)
                .string(Ed25519Keys.publicBytes(publicKey))
                .bytes();
        return new Identity(
                blob, comment, (data, flags) -> signature(ED25519, signed("Ed25519", key, data)));
    }

    private static void fixed(BigInteger number, byte[] into, int at, int size) {
        byte[] bytes = number.toByteArray();
        int length = Math.min(bytes.length, size);
        System.arraycopy(bytes, bytes.length - length, into, at + size - length, length);
    }

    private static byte[] signed(String algorithm, PrivateKey key, byte[] data) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(data);
        return signature.sign();
    }

    private static byte[] signature(String algorithm, byte[] bytes) {
        return new SshWriter().string(algorithm).string(bytes).bytes();
    }

    byte[] publicBlob() {
        return publicBlob;
    }

    String comment() {
        return comment;
    }

    /** The signature with its algorithm, as SSH writes it; {@code flags} choose it for RSA. */
    byte[] sign(byte[] data, int flags) throws GeneralSecurityException {
        return signer.sign(data, flags);
    }

    @Override
    public String toString() {
        return "Identity[" + comment + "]";
    }
}
