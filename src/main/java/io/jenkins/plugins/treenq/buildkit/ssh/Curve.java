// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.ssh;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.List;
import javax.crypto.KeyAgreement;

/**
 * A curve that SSH has ECDSA keys on (RFC 5656, section 10.1).
 *
 * @param name SSH's for it
 * @param signature Java's for its signatures, as r and s side by side
 */
record Curve(String name, String signature, ECParameterSpec parameters) {
    private static final byte[] PROBE = {1};

    private static final List<Curve> ALL = List.of(
            of("nistp256", "secp256r1", 256), of("nistp384", "secp384r1", 384), of("nistp521", "secp521r1", 512));

    private static Curve of(String name, String javaName, int hashBits) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(javaName));
            return new Curve(
                    name,
                    "SHA" + hashBits + "withECDSAinP1363Format",
                    parameters.getParameterSpec(ECParameterSpec.class));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has these curves", e);
        }
    }

    static Curve named(String name) throws GeneralSecurityException {
        return ALL.stream()
                .filter(curve -> curve.name.equals(name))
                .findFirst()
                .orElseThrow(Curve::unknown);
    }

    static Curve of(ECPrivateKey key) throws GeneralSecurityException {
        return ALL.stream()
                .filter(curve -> curve.parameters.getCurve().equals(key.getParams().getCurve())
                        && curve.parameters.getGenerator().equals(key.getParams().getGenerator()))
                .findFirst()
                .orElseThrow(Curve::unknown);
    }

    private static GeneralSecurityException unknown() {
        return new GeneralSecurityException("it is on no curve that SSH knows: NIST P-256, P-384 or P-521");
    }

    int coordinateBytes() {
        return (parameters.getCurve().getField().getFieldSize() + 7) / 8;
    }

    /**
     * The private key's point, which not every form of a key brings along, and the JDK does not compute. Agreeing on a
     * key with the generator gives its x, the curve's equation both y, and a signature tells which one it is.
     */
    ECPoint point(ECPrivateKey key) throws GeneralSecurityException {
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(key);
        agreement.doPhase(publicKey(parameters.getGenerator()), true);
        BigInteger x = new BigInteger(1, agreement.generateSecret());
        BigInteger p = ((ECFieldFp) parameters.getCurve().getField()).getP();
        BigInteger ySquared = x.pow(3)
                .add(parameters.getCurve().getA().multiply(x))
                .add(parameters.getCurve().getB())
                .mod(p);
        // All three primes are 3 modulo 4.
        BigInteger y = ySquared.modPow(p.add(BigInteger.ONE).shiftRight(2), p);
        ECPoint point = new ECPoint(x, y);
        return fits(key, point) ? point : new ECPoint(x, p.subtract(y));
    }

    private boolean fits(ECPrivateKey key, ECPoint point) throws GeneralSecurityException {
        Signature signer = Signature.getInstance(signature);
        signer.initSign(key);
        signer.update(PROBE);
        byte[] signed = signer.sign();
        signer.initVerify(publicKey(point));
        signer.update(PROBE);
        return signer.verify(signed);
    }

    private PublicKey publicKey(ECPoint point) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, parameters));
    }
}
