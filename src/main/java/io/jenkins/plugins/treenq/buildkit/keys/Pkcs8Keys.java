// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keys;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/**
 * Parses and formats private keys as unencrypted PKCS#8 in PEM. All keys within the client have this format, because
 * the JDK reads it without a library. The package {@code keyfiles} reads the other formats.
 */
public final class Pkcs8Keys {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

    private Pkcs8Keys() {}

    /**
     * Parses a private key.
     *
     * @throws GeneralSecurityException if the text has no usable key; the message does not contain the text
     */
    public static PrivateKey parse(String pem) throws GeneralSecurityException {
        int begin = pem.indexOf(BEGIN);
        int end = begin < 0 ? -1 : pem.indexOf(END, begin);
        if (end < 0) {
            throw new GeneralSecurityException("it is not a private key in PKCS#8 form");
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("its text is damaged");
        }
        return parse(der);
    }

    /**
     * Parses a PKCS#8 key in DER.
     *
     * @throws GeneralSecurityException if there is no usable key
     */
    public static PrivateKey parse(byte[] der) throws GeneralSecurityException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (GeneralSecurityException e) {
                // The key has another algorithm. After the last algorithm, the exception below is thrown.
            }
        }
        throw new GeneralSecurityException(
                "it is not an RSA, an Ed25519 or an EC key on the curve P-256, P-384 or P-521");
    }

    /**
     * Whether the private key belongs to the public key of a certificate. A signature with the private key is verified
     * with the public key.
     */
    public static boolean belongsTo(PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> "Ed25519";
                };
        byte[] text = certificate.getEncoded();
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(text);
        byte[] signed = signature.sign();
        try {
            signature.initVerify(certificate.getPublicKey());
            signature.update(text);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException e) {
            // The public key has another algorithm or length.
            return false;
        }
    }

    /**
     * Formats a private key.
     *
     * @param key a key of the JDK, which has an encoding
     */
    public static String format(PrivateKey key) {
        return BEGIN + "\n" + PemLines.of(key.getEncoded()) + END + "\n";
    }
}
