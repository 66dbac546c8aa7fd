// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keys;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/** As much of DER as it takes to put an older form of a key into PKCS#8, the only one that the JDK reads. */
final class Der {
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int CONTEXT_0 = 0xa0;
    private static final byte[] VERSION_0 = {2, 1, 0};
    private static final byte[] RSA_ALGORITHM = {
        0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };
    private static final byte[] EC_PUBLIC_KEY = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};

    private Der() {}

    /** From RFC 8017's RSAPrivateKey. */
    static byte[] rsaToPkcs8(byte[] key) {
        return wrap(RSA_ALGORITHM, key);
    }

    /** From RFC 5915's ECPrivateKey. */
    static byte[] ecToPkcs8(byte[] key) throws GeneralSecurityException {
        return wrap(tag(SEQUENCE, concat(EC_PUBLIC_KEY, curveOf(key))), key);
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
            return Arrays.copyOfRange(der, start, skip(der, at));
        } catch (ArrayIndexOutOfBoundsException | IllegalArgumentException e) {
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
