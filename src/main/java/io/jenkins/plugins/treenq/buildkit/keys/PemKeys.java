// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keys;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Reads private keys in PEM forms that openssl writes: PKCS#8, encrypted or not, and the older RSA and EC forms. */
public final class PemKeys {
    private static final Pattern BLOCK = Pattern.compile(
            "-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

    /** What encrypts an older form with openssl's own key derivation, which is one round of MD5. */
    private static final String OLD_ENCRYPTION = "Proc-Type:";

    private static final String ENCRYPTED = "it is encrypted; store it without a passphrase";

    private static final String WRONG_PASSPHRASE = "the passphrase does not open it";

    private PemKeys() {}

    /**
     * A key that is not encrypted.
     *
     * @throws GeneralSecurityException when the text holds no key that can be read; never with the key's text
     */
    public static PrivateKey parse(String pem) throws GeneralSecurityException {
        return parse(pem, "");
    }

    /**
     * A key that may be encrypted, which PKCS#8 alone does soundly.
     *
     * @param passphrase empty for a key that is not encrypted
     * @throws GeneralSecurityException when the text holds no key that can be read; never with the key's text
     */
    public static PrivateKey parse(String pem, String passphrase) throws GeneralSecurityException {
        Matcher block = BLOCK.matcher(pem);
        if (!block.find()) {
            throw new GeneralSecurityException("it is not a PEM private key");
        }
        if (block.group(2).contains(OLD_ENCRYPTION)) {
            throw new GeneralSecurityException(
                    passphrase.isEmpty()
                            ? ENCRYPTED
                            : "it is encrypted in openssl's old way; store it as PKCS#8, which may keep the passphrase");
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(block.group(2));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("its PEM text is damaged");
        }
        byte[] pkcs8 =
                switch (block.group(1)) {
                    case "RSA PRIVATE KEY" -> Der.rsaToPkcs8(der);
                    case "EC PRIVATE KEY" -> Der.ecToPkcs8(der);
                    case "ENCRYPTED PRIVATE KEY" -> decrypt(der, passphrase);
                    default -> der;
                };
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException e) {
                // Another algorithm's; the loop's end says so when it is nobody's.
            }
        }
        // A wrong passphrase may leave what looks like padding.
        throw new GeneralSecurityException(
                block.group(1).startsWith("ENCRYPTED") ? WRONG_PASSPHRASE : "it is no RSA, EC or Ed25519 key");
    }

    private static byte[] decrypt(byte[] der, String passphrase) throws GeneralSecurityException {
        if (passphrase.isEmpty()) {
            throw new GeneralSecurityException(ENCRYPTED);
        }
        PBEKeySpec password = new PBEKeySpec(passphrase.toCharArray());
        try {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
            AlgorithmParameters parameters = info.getAlgParameters();
            // Of PBES2 the JDK names the whole choice only here, such as PBEWithHmacSHA256AndAES_256.
            String algorithm = parameters == null ? info.getAlgName() : parameters.toString();
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(algorithm).generateSecret(password),
                    parameters);
            return cipher.doFinal(info.getEncryptedData());
        } catch (IOException e) {
            throw new GeneralSecurityException("its PEM text is damaged");
        } catch (BadPaddingException e) {
            throw new GeneralSecurityException(WRONG_PASSPHRASE);
        } catch (InvalidKeySpecException e) {
            throw new GeneralSecurityException("its passphrase has characters beyond ASCII");
        } catch (GeneralSecurityException e) {
            throw new GeneralSecurityException("it is encrypted with a cipher that this JVM does not have");
        } finally {
            password.clearPassword();
        }
    }
}
