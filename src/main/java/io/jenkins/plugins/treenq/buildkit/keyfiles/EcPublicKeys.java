// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.keyfiles;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import javax.crypto.KeyAgreement;

/**
 * Computes the public keys of EC private keys. Some formats contain the private key only, and neither the JDK nor the
 * library computes the public key.
 */
final class EcPublicKeys {
    private static final byte[] PROBE = {1};
    private static final String SIGNATURE = "SHA256withECDSAinP1363Format";

    private EcPublicKeys() {}

    /**
     * Returns the point of the public key. A key agreement with the generator yields x, the equation of the curve
     * yields two possible values of y, and a signature shows which of them is right.
     */
    static ECPoint point(ECPrivateKey key) throws GeneralSecurityException {
        ECParameterSpec curve = key.getParams();
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(key);
        agreement.doPhase(publicKey(curve, curve.getGenerator()), true);
        BigInteger x = new BigInteger(1, agreement.generateSecret());
        BigInteger p = ((ECFieldFp) curve.getCurve().getField()).getP();
        BigInteger ySquared = x.pow(3)
                .add(curve.getCurve().getA().multiply(x))
                .add(curve.getCurve().getB())
                .mod(p);
        // For a prime p that is 3 modulo 4, this power is a square root. The primes of the curves that SSH supports all
        // are.
        BigInteger y = ySquared.modPow(p.add(BigInteger.ONE).shiftRight(2), p);
        ECPoint point = new ECPoint(x, y);
        return fits(key, point) ? point : new ECPoint(x, p.subtract(y));
    }

    private static boolean fits(ECPrivateKey key, ECPoint point) throws GeneralSecurityException {
        Signature signer = Signature.getInstance(SIGNATURE);
        signer.initSign(key);
        signer.update(PROBE);
        byte[] signed = signer.sign();
        signer.initVerify(publicKey(key.getParams(), point));
        signer.update(PROBE);
        return signer.verify(signed);
    }

    private static PublicKey publicKey(ECParameterSpec curve, ECPoint point) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, curve));
    }
}
