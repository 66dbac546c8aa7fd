// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keyfiles;

import java.io.IOException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.sshd.common.util.GenericUtils;
import org.apache.sshd.common.util.io.der.ASN1Object;
import org.apache.sshd.common.util.io.der.ASN1Type;
import org.apache.sshd.common.util.io.der.DERParser;

/**
 * Decrypts PKCS#8 keys that are encrypted with a passphrase (RFC 8018). The JDK implements the older schemes. Of the
 * newer scheme, PBES2, Java 17 supports AES without 192 bits and passphrases in ASCII only; {@code openssl req} uses
 * Triple DES by default. Therefore this class implements PBES2 with the ciphers and functions of the JDK.
 */
final class EncryptedPkcs8 {
    /** The maximum number of rounds, with which the most expensive function takes some seconds. */
    static final int MAX_ROUNDS = 5_000_000;

    private static final String PBES2 = "1.2.840.113549.1.5.13";
    private static final String PBKDF2 = "1.2.840.113549.1.5.12";

    /** The pseudorandom functions of PBKDF2. The first one is the default. */
    private static final String HMAC_SHA1 = "1.2.840.113549.2.7";

    private static final Map<String, String> FUNCTIONS = Map.of(
            HMAC_SHA1,
            "PBKDF2WithHmacSHA1",
            "1.2.840.113549.2.8",
            "PBKDF2WithHmacSHA224",
            "1.2.840.113549.2.9",
            "PBKDF2WithHmacSHA256",
            "1.2.840.113549.2.10",
            "PBKDF2WithHmacSHA384",
            "1.2.840.113549.2.11",
            "PBKDF2WithHmacSHA512");

    private static final Map<String, Encryption> ENCRYPTIONS = Map.of(
            "2.16.840.1.101.3.4.1.2", new Encryption("AES", 128),
            "2.16.840.1.101.3.4.1.22", new Encryption("AES", 192),
            "2.16.840.1.101.3.4.1.42", new Encryption("AES", 256),
            "1.2.840.113549.3.7", new Encryption("DESede", 192));

    private record Encryption(String algorithm, int keyBits) {}

    private EncryptedPkcs8() {}

    /**
     * Decrypts a key.
     *
     * @param der the encrypted key in DER
     * @return the PKCS#8 key in DER
     * @throws NoSuchAlgorithmException if the encryption is not supported
     * @throws UnusableKeyException if the number of rounds is too large
     */
    static byte[] decrypt(byte[] der, char[] passphrase) throws IOException, GeneralSecurityException {
        PBEKeySpec plain = new PBEKeySpec(passphrase);
        try (DERParser file = new DERParser(der);
                DERParser info = file.readObject().createParser();
                DERParser algorithm = info.readObject().createParser()) {
            return oid(algorithm).equals(PBES2)
                    ? pbes2(algorithm.readObject(), octets(info.readObject()), passphrase)
                    : pbes1(new EncryptedPrivateKeyInfo(der), plain);
        } finally {
            plain.clearPassword();
        }
    }

    private static byte[] pbes1(EncryptedPrivateKeyInfo info, PBEKeySpec passphrase) throws GeneralSecurityException {
        AlgorithmParameters parameters = info.getAlgParameters();
        if (parameters == null) {
            throw new NoSuchAlgorithmException();
        }
        requireFew(BigInteger.valueOf(
                parameters.getParameterSpec(PBEParameterSpec.class).getIterationCount()));
        Cipher cipher = Cipher.getInstance(info.getAlgName());
        cipher.init(
                Cipher.DECRYPT_MODE,
                SecretKeyFactory.getInstance(info.getAlgName()).generateSecret(passphrase),
                parameters);
        return cipher.doFinal(info.getEncryptedData());
    }

    private static byte[] pbes2(ASN1Object parameters, byte[] encrypted, char[] passphrase)
            throws IOException, GeneralSecurityException {
        try (DERParser both = parameters.createParser();
                DERParser derivation = both.readObject().createParser();
                DERParser encryption = both.readObject().createParser()) {
            if (!oid(derivation).equals(PBKDF2)) {
                throw new NoSuchAlgorithmException();
            }
            Encryption known = ENCRYPTIONS.get(oid(encryption));
            if (known == null) {
                throw new NoSuchAlgorithmException();
            }
            Cipher cipher = Cipher.getInstance(known.algorithm() + "/CBC/PKCS5Padding");
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    new SecretKeySpec(derive(derivation.readObject(), passphrase, known.keyBits()), known.algorithm()),
                    new IvParameterSpec(octets(encryption.readObject())));
            return cipher.doFinal(encrypted);
        }
    }

    private static byte[] derive(ASN1Object parameters, char[] passphrase, int keyBits)
            throws IOException, GeneralSecurityException {
        try (DERParser in = parameters.createParser()) {
            byte[] salt = octets(in.readObject());
            BigInteger rounds = in.readObject().asInteger();
            requireFew(rounds);
            ASN1Object next = in.readObject();
            if (next != null && next.getObjType() == ASN1Type.INTEGER) {
                // The optional length of the key, which is determined by the cipher.
                next = in.readObject();
            }
            String function = HMAC_SHA1;
            if (next != null) {
                try (DERParser named = next.createParser()) {
                    function = oid(named);
                }
            }
            if (!FUNCTIONS.containsKey(function)) {
                throw new NoSuchAlgorithmException();
            }
            PBEKeySpec spec = new PBEKeySpec(passphrase, salt, rounds.intValueExact(), keyBits);
            try {
                return SecretKeyFactory.getInstance(FUNCTIONS.get(function))
                        .generateSecret(spec)
                        .getEncoded();
            } finally {
                spec.clearPassword();
            }
        }
    }

    private static void requireFew(BigInteger rounds) throws UnusableKeyException {
        if (rounds.compareTo(BigInteger.valueOf(MAX_ROUNDS)) > 0) {
            throw new UnusableKeyException(
                    "decrypting it requires more than " + MAX_ROUNDS + " rounds; write a copy with fewer"
                            + " with 'openssl pkcs8 -topk8 -iter 100000 -in <key> -out <copy>'");
        }
    }

    private static String oid(DERParser in) throws IOException {
        return GenericUtils.join(in.readObject().asOID(), '.');
    }

    private static byte[] octets(ASN1Object object) throws IOException {
        if (object.getObjType() != ASN1Type.OCTET_STRING) {
            throw new IOException("not an octet string");
        }
        return object.getPureValueBytes();
    }
}
