// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.ssh;

import io.jenkins.plugins.treenq.buildkit.Certificates;
import io.jenkins.plugins.treenq.buildkit.SshKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyEncryptionContext;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Creates private keys in the formats of key files, without the code that parses them. */
public final class SshKeyFormats {
    private SshKeyFormats() {}

    public static KeyPair pair(String algorithm, int size) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(size);
        return generator.generateKeyPair();
    }

    /** Returns the key for an SSH agent. */
    public static SshKey key(KeyPair pair, String comment) {
        return new SshKey(pkcs8(pair), publicBlob(pair.getPublic()), comment);
    }

    public static String pkcs8(KeyPair pair) {
        return pem("PRIVATE KEY", pair.getPrivate().getEncoded());
    }

    /** BEGIN RSA PRIVATE KEY and BEGIN EC PRIVATE KEY; only Bouncy Castle's keys name their curve there. */
    public static String traditional(KeyPair pair) throws GeneralSecurityException {
        return Certificates.pem(KeyFactory.getInstance(pair.getPrivate().getAlgorithm(), new BouncyCastleProvider())
                .generatePrivate(new PKCS8EncodedKeySpec(pair.getPrivate().getEncoded())));
    }

    /** OpenSSH's PROTOCOL.key, not encrypted. */
    public static String openSsh(KeyPair pair) {
        Wire key = new Wire().uint32(0x01020304).uint32(0x01020304);
        if (pair.getPrivate() instanceof RSAPrivateCrtKey rsa) {
            key.string("ssh-rsa")
                    .mpint(rsa.getModulus())
                    .mpint(rsa.getPublicExponent())
                    .mpint(rsa.getPrivateExponent())
                    .mpint(rsa.getCrtCoefficient())
                    .mpint(rsa.getPrimeP())
                    .mpint(rsa.getPrimeQ());
        } else if (pair.getPrivate() instanceof ECPrivateKey ec) {
            String curve = "nistp" + ec.getParams().getCurve().getField().getFieldSize();
            key.string("ecdsa-sha2-" + curve)
                    .string(curve)
                    .string(uncompressed((ECPublicKey) pair.getPublic()))
                    .mpint(ec.getS());
        } else {
            byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
            byte[] spki = pair.getPublic().getEncoded();
            byte[] both = ByteBuffer.allocate(64)
                    .put(seed)
                    .put(spki, spki.length - 32, 32)
                    .array();
            key.string("ssh-ed25519").string(Arrays.copyOfRange(both, 32, 64)).string(both);
        }
        key.string("a comment");
        for (int i = 1; key.size() % 8 != 0; i++) {
            key.octet(i);
        }
        Wire file = new Wire()
                .raw("openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII))
                .string("none")
                .string("none")
                .string("")
                .uint32(1)
                .string("the public key, which nobody needs")
                .string(key.bytes());
        return pem("OPENSSH PRIVATE KEY", file.bytes());
    }

    /** OpenSSH's PROTOCOL.key as ssh-keygen encrypts it. */
    public static String openSsh(KeyPair pair, String passphrase) throws GeneralSecurityException, IOException {
        OpenSSHKeyEncryptionContext encryption = new OpenSSHKeyEncryptionContext();
        encryption.setPassword(passphrase);
        encryption.setCipherName("AES");
        encryption.setCipherType("256");
        encryption.setCipherMode("CTR");
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "a comment", encryption, text);
        return text.toString(StandardCharsets.US_ASCII);
    }

    /** Returns the public key as an agent lists it. */
    public static byte[] publicBlob(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            return new Wire()
                    .string("ssh-rsa")
                    .mpint(rsa.getPublicExponent())
                    .mpint(rsa.getModulus())
                    .bytes();
        }
        if (key instanceof ECPublicKey ec) {
            String curve = "nistp" + ec.getParams().getCurve().getField().getFieldSize();
            return new Wire()
                    .string("ecdsa-sha2-" + curve)
                    .string(curve)
                    .string(uncompressed(ec))
                    .bytes();
        }
        byte[] spki = key.getEncoded();
        return new Wire()
                .string("ssh-ed25519")
                .string(Arrays.copyOfRange(spki, spki.length - 32, spki.length))
                .bytes();
    }

    private static byte[] uncompressed(ECPublicKey key) {
        int size = (key.getParams().getCurve().getField().getFieldSize() + 7) / 8;
        Wire point = new Wire().octet(4);
        for (BigInteger number :
                new BigInteger[] {key.getW().getAffineX(), key.getW().getAffineY()}) {
            byte[] bytes = number.toByteArray();
            for (int i = size; i > bytes.length; i--) {
                point.octet(0);
            }
            int from = Math.max(0, bytes.length - size);
            point.raw(Arrays.copyOfRange(bytes, from, bytes.length));
        }
        return point.bytes();
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    /** SSH's data types. */
    public static final class Wire {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        public Wire octet(int value) {
            out.write(value);
            return this;
        }

        public Wire raw(byte[] value) {
            out.writeBytes(value);
            return this;
        }

        public Wire uint32(int value) {
            return raw(ByteBuffer.allocate(4).putInt(value).array());
        }

        public Wire string(byte[] value) {
            return uint32(value.length).raw(value);
        }

        public Wire string(String value) {
            return string(value.getBytes(StandardCharsets.UTF_8));
        }

        Wire mpint(BigInteger value) {
            return string(value.toByteArray());
        }

        int size() {
            return out.size();
        }

        public byte[] bytes() {
            return out.toByteArray();
        }
    }
}
