// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.ssh;

import io.jenkins.plugins.treenq.buildkit.SshKey;
import io.jenkins.plugins.treenq.buildkit.keys.Pkcs8Keys;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Arrays;

/**
 * A private key of an agent with its public key in the format of SSH. The string representation does not contain the
 * key.
 */
final class Identity {
    private static final String RSA = "ssh-rsa";
    private static final String ED25519 = "ssh-ed25519";

    private final String type;
    private final byte[] publicBlob;
    private final String comment;
    private final PrivateKey key;

    private Identity(String type, byte[] publicBlob, String comment, PrivateKey key) {
        this.type = type;
        this.publicBlob = publicBlob;
        this.comment = comment;
        this.key = key;
    }

    /** @throws GeneralSecurityException if the key cannot be used; the message does not contain the key */
    static Identity of(SshKey key) throws GeneralSecurityException {
        byte[] blob = key.publicKey();
        Identity identity = new Identity(new SshReader(blob).text(), blob, key.comment(), Pkcs8Keys.parse(key.pem()));
        // A first signature shows now, and not during a build step, that the type is supported and belongs to the key.
        identity.sign(blob, AgentMessage.RSA_SHA2_256);
        return identity;
    }

    byte[] publicBlob() {
        return publicBlob;
    }

    String comment() {
        return comment;
    }

    /** Returns the signature with its algorithm in the format of SSH. For RSA, {@code flags} select the algorithm. */
    byte[] sign(byte[] data, int flags) throws GeneralSecurityException {
        return switch (type) {
            case RSA -> rsa(data, flags);
            case "ecdsa-sha2-nistp256" -> ecdsa("SHA256withECDSAinP1363Format", data);
            case "ecdsa-sha2-nistp384" -> ecdsa("SHA384withECDSAinP1363Format", data);
            case "ecdsa-sha2-nistp521" -> ecdsa("SHA512withECDSAinP1363Format", data);
            case ED25519 -> signature(ED25519, signed("Ed25519", data));
            default -> throw new GeneralSecurityException("keys of its type are not supported");
        };
    }

    /** Signs with RSA (RFC 4253, section 6.6, and RFC 8332). */
    private byte[] rsa(byte[] data, int flags) throws GeneralSecurityException {
        if ((flags & AgentMessage.RSA_SHA2_256) != 0) {
            return signature("rsa-sha2-256", signed("SHA256withRSA", data));
        }
        if ((flags & AgentMessage.RSA_SHA2_512) != 0) {
            return signature("rsa-sha2-512", signed("SHA512withRSA", data));
        }
        // Servers from before 2016 need this algorithm. The SSH client chooses it.
        return signature(RSA, signed("SHA1withRSA", data));
    }

    /** Signs with ECDSA (RFC 5656, section 3.1.2). */
    private byte[] ecdsa(String algorithm, byte[] data) throws GeneralSecurityException {
        byte[] both = signed(algorithm, data);
        int half = both.length / 2;
        return signature(
                type,
                new SshWriter()
                        .mpint(new BigInteger(1, Arrays.copyOf(both, half)))
                        .mpint(new BigInteger(1, Arrays.copyOfRange(both, half, both.length)))
                        .bytes());
    }

    private byte[] signed(String algorithm, byte[] data) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(data);
        return signature.sign();
    }

    private static byte[] signature(String algorithm, byte[] bytes) {
        return new SshWriter().string(algorithm).string(bytes).bytes();
    }

    @Override
    public String toString() {
        return "Identity[" + comment + "]";
    }
}
