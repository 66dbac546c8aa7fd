// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.ssh;

import io.jenkins.plugins.treenq.buildkit.keys.Ed25519Keys;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads OpenSSH's own form of a private key (OpenSSH's {@code PROTOCOL.key}), which ssh-keygen writes by default. */
final class OpenSshKeys {
    private static final Pattern BLOCK = Pattern.compile(
            "-----BEGIN OPENSSH PRIVATE KEY-----(.*?)-----END OPENSSH PRIVATE KEY-----", Pattern.DOTALL);
    private static final byte[] MAGIC = "openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII);

    private OpenSshKeys() {}

    static boolean isIn(String pem) {
        return BLOCK.matcher(pem).find();
    }

    /** @throws GeneralSecurityException when it cannot be read; never with the key's text */
    static PrivateKey parse(String pem) throws GeneralSecurityException {
        Matcher block = BLOCK.matcher(pem);
        if (!block.find()) {
            throw new GeneralSecurityException("it is not in OpenSSH's form");
        }
        byte[] bytes;
        try {
            bytes = Base64.getMimeDecoder().decode(block.group(1));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("its text is damaged");
        }
        if (!Arrays.equals(MAGIC, Arrays.copyOf(bytes, MAGIC.length))) {
            throw new GeneralSecurityException("it is in a form of OpenSSH's that is not known");
        }
        return container(new SshReader(bytes).skip(MAGIC.length));
    }

    private static PrivateKey container(SshReader in) throws GeneralSecurityException {
        if (!in.text().equals("none")) {
            // Its key derivation is bcrypt's, which no JDK has.
            throw new GeneralSecurityException("it is encrypted in OpenSSH's own form, which cannot be opened here;"
                    + " rewrite a copy of it with 'ssh-keygen -p', with no passphrase, or for RSA and ECDSA with one"
                    + " and '-m PKCS8'");
        }
        in.text();
        in.string();
        if (in.uint32() != 1) {
            throw new GeneralSecurityException("it holds several keys");
        }
        in.string();
        return key(new SshReader(in.string()));
    }

    private static PrivateKey key(SshReader in) throws GeneralSecurityException {
        if (in.uint32() != in.uint32()) {
            throw new GeneralSecurityException("it is damaged");
        }
        String type = in.text();
        PrivateKey key =
                switch (type) {
                    case "ssh-rsa" -> rsa(in);
                    case "ssh-ed25519" -> ed25519(in);
                    case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521" -> ecdsa(in);
                    default -> throw new GeneralSecurityException("a key of type " + printable(type)
                            + " cannot be served; RSA, ECDSA and Ed25519 can");
                };
        // The comment; the agent calls the key as the build's author does.
        in.string();
        byte[] padding = in.rest();
        for (int i = 0; i < padding.length; i++) {
            if (padding[i] != (byte) (i + 1)) {
                throw new GeneralSecurityException("it is damaged");
            }
        }
        return key;
    }

    private static PrivateKey rsa(SshReader in) throws GeneralSecurityException {
        BigInteger n = in.mpint();
        BigInteger e = in.mpint();
        BigInteger d = in.mpint();
        BigInteger inverse = in.mpint();
        BigInteger p = in.mpint();
        BigInteger q = in.mpint();
        if (p.compareTo(BigInteger.ONE) <= 0 || q.compareTo(BigInteger.ONE) <= 0 || !p.multiply(q).equals(n)) {
            throw new GeneralSecurityException("it is damaged");
        }
        return KeyFactory.getInstance("RSA")
                .generatePrivate(new RSAPrivateCrtKeySpec(
                        n,
                        e,
                        d,
                        p,
                        q,
                        d.mod(p.subtract(BigInteger.ONE)),
                        d.mod(q.subtract(BigInteger.ONE)),
                        inverse));
    }

    private static PrivateKey ecdsa(SshReader in) throws GeneralSecurityException {
        Curve curve = Curve.named(in.text());
        in.string();
        BigInteger d = in.mpint();
        if (d.signum() <= 0 || d.compareTo(curve.parameters().getOrder()) >= 0) {
            throw new GeneralSecurityException("it is damaged");
        }
        return KeyFactory.getInstance("EC").generatePrivate(new ECPrivateKeySpec(d, curve.parameters()));
    }

    /** The seed and, in the same string, the public key. */
    private static PrivateKey ed25519(SshReader in) throws GeneralSecurityException {
        in.string();
        byte[] seedAndPublic = in.string();
        if (seedAndPublic.length != 2 * Ed25519Keys.SEED_BYTES) {
            throw new GeneralSecurityException("it is damaged");
        }
        return Ed25519Keys.fromSeed(Arrays.copyOf(seedAndPublic, Ed25519Keys.SEED_BYTES))
                .getPrivate();
    }

    private static String printable(String type) {
        return type.length() <= 64 && type.matches("[\\w@.-]+") ? type : "?";
    }
}
