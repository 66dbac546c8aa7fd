// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.transport;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads private keys in the PEM forms that openssl writes: PKCS#8, and the older RSA and EC forms. */
final class PemKeys {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----([^-]*)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int CONTEXT_0 = 0xa0;
    private static final byte[] VERSION_0 = {2, 1, 0};
    private static final byte[] RSA_ALGORITHM = {
        0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };
    private static final byte[] EC_PUBLIC_KEY = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};

    private PemKeys() {}

    /** @throws GeneralSecurityException when the text holds no key that can be read; never with the key's text */
    static PrivateKey parse(String pem) throws GeneralSecurityException {
        Matcher block = BLOCK.matcher(pem);
        if (!block.find()) {
            throw new GeneralSecurityException("it is not a PEM private key");
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(block.group(2));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("its PEM text is damaged");
        }
        byte[] pkcs8 =
                switch (block.group(1)) {
                    case "PRIVATE KEY" -> der;
                    case "RSA PRIVATE KEY" -> wrap(RSA_ALGORITHM, der);
                    case "EC PRIVATE KEY" -> wrap(tag(SEQUENCE, concat(EC_PUBLIC_KEY, curveOf(der))), der);
                    default -> throw new GeneralSecurityException("it is encrypted; store it without a passphrase");
                };
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException e) {
                // Another algorithm's; the loop's end says so when it is nobody's.
            }
        }
        throw new GeneralSecurityException("it is no RSA, EC or Ed25519 key");
    }

    /** PKCS#8 around an older form: RFC 5958, section 2. */
    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return tag(SEQUENCE, concat(VERSION_0, algorithm, tag(OCTET_STRING, key)));
    }

    /** The curve's identifier, which RFC 5915 puts into field [0] behind version and private key. */
    private static byte[] curveOf(byte[] der) throws GeneralSecurityException {
        try {
            int at = 1 + lengthBytes(der, 1);
            at = skip(der, skip(der, at));
            if (at >= der.length || (der[at] & 0xff) != CONTEXT_0) {
                throw new GeneralSecurityException("it does not name its curve");
            }
            int start = at + 1 + lengthBytes(der, at + 1);
            return java.util.Arrays.copyOfRange(der, start, skip(der, at));
        } catch (ArrayIndexOutOfBoundsException e) {
            throw new GeneralSecurityException("its PEM text is cut short");
        }
    }

    private static int skip(byte[] der, int at) {
        int bytes = lengthBytes(der, at + 1);
        int length = der[at + 1] & 0xff;
        if (bytes > 1) {
            length = 0;
            for (int i = 2; i <= bytes; i++) {
                length = length << 8 | der[at + i] & 0xff;
            }
        }
        return at + 1 + bytes + length;
    }

    private static int lengthBytes(byte[] der, int at) {
        int first = der[at] & 0xff;
        return first < 0x80 ? 1 : 1 + (first & 0x7f);
    }

    private static byte[] tag(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 4);
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else if (content.length < 0x100) {
            out.write(0x81);
            out.write(content.length);
        } else {
            out.write(0x82);
            out.write(content.length >> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
