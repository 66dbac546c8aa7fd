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
 * Private keys as PKCS#8 in PEM text, not encrypted. This is the form in which keys travel within the client, because
 * the JDK alone reads it: the agent needs no library for keys. The forms in which people keep keys are read elsewhere.
 */
public final class Pkcs8Keys {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

    private Pkcs8Keys() {}

    /** @throws GeneralSecurityException when the text holds no key that can be used; never with the key's text */
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

    /** The same of PKCS#8 without PEM around it. */
    public static PrivateKey parse(byte[] der) throws GeneralSecurityException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (GeneralSecurityException e) {
                // It is another algorithm's key; after the last algorithm it is nobody's.
            }
        }
        throw new GeneralSecurityException(
                "it is not an RSA, an Ed25519 or an EC key on the curve P-256, P-384 or P-521");
    }

    /** Whether a certificate's public key is this key's other half: what the one signs, the other one accepts. */
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
            // It is another algorithm's, or of another length.
            return false;
        }
    }

    /** @param key one of the JDK's, which has its encoding */
    public static String format(PrivateKey key) {
        return BEGIN + "\n" + PemLines.of(key.getEncoded()) + END + "\n";
    }
}
