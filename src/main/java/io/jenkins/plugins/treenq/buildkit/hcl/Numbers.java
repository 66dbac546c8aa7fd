// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/** Arithmetic with decimal numbers, as exact as with the 512 bits that cty uses. */
final class Numbers {
    /** The precision of cty's numbers in bits. */
    private static final int BITS = 512;

    /** More digits than the shortest form of a number with this precision has. */
    private static final int DIGITS = 155;

    /** The maximum number of digits that are exact. Numbers with more digits are rounded to the precision. */
    private static final int EXACT_DIGITS = 150;

    private static final int MAX_EXPONENT = 1000;

    private Numbers() {}

    /**
     * Checks the size of a number.
     *
     * @throws HclException if writing the number would need too many digits
     */
    static BigDecimal checked(BigDecimal number) {
        if (number.signum() == 0) {
            return BigDecimal.ZERO;
        }
        long magnitude = (long) number.precision() - number.scale();
        if (Math.abs(magnitude) > MAX_EXPONENT || number.precision() > 10 * MAX_EXPONENT) {
            throw new HclException(null, "A number has more than " + MAX_EXPONENT + " digits");
        }
        return number.precision() > EXACT_DIGITS ? binary(number).value() : number.stripTrailingZeros();
    }

    static BigDecimal parse(String text) {
        if (!text.matches("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,5})?")) {
            throw new HclException(null, "a number is required");
        }
        return checked(new BigDecimal(text));
    }

    /** Returns all digits of a number, without an exponent. */
    static String text(BigDecimal number) {
        if (number.signum() == 0) {
            return "0";
        }
        BigDecimal shortest = number.precision() > EXACT_DIGITS ? shortest(number) : number.stripTrailingZeros();
        return shortest.toPlainString();
    }

    /** @throws HclException if the divisor is zero */
    static BigDecimal divide(BigDecimal dividend, BigDecimal divisor) {
        if (divisor.signum() == 0) {
            throw new HclException(null, "division by zero");
        }
        return dividend.divide(divisor, new MathContext(4 * DIGITS, RoundingMode.HALF_EVEN));
    }

    /** A number with a precision of 512 bits: {@code mantissa × 2^power}. */
    private record Binary(BigInteger mantissa, int power, boolean negative) {
        BigDecimal value() {
            BigDecimal value = scaled(mantissa, power);
            return negative ? value.negate() : value;
        }
    }

    /** Rounds a number like cty. */
    private static Binary binary(BigDecimal number) {
        BigDecimal positive = number.abs();
        int shift = 2 * BITS - positive.toBigInteger().bitLength();
        if (positive.compareTo(BigDecimal.ONE) < 0) {
            shift += (int) ((positive.scale() - positive.precision()) * 3.33) + 8;
        }
        BigInteger scaled = (shift >= 0
                        ? positive.multiply(new BigDecimal(BigInteger.TWO.pow(shift)))
                        : positive.divide(new BigDecimal(BigInteger.TWO.pow(-shift)), MathContext.UNLIMITED))
                .toBigInteger();
        int excess = scaled.bitLength() - BITS;
        BigInteger mantissa = scaled.shiftRight(excess);
        if (scaled.testBit(excess - 1) && (mantissa.testBit(0) || scaled.getLowestSetBit() < excess - 1)) {
            mantissa = mantissa.add(BigInteger.ONE);
        }
        return new Binary(mantissa, excess - shift, number.signum() < 0);
    }

    /**
     * Returns the digits that Go's {@code big.Float} prints for a number: the shortest text that no other number of
     * this precision has ({@code math/big/ftoa.go}).
     */
    private static BigDecimal shortest(BigDecimal number) {
        Binary binary = binary(number);
        BigInteger mantissa = binary.mantissa();
        int power = binary.power() - 1;
        BigInteger twice = mantissa.shiftLeft(1);
        BigDecimal value = scaled(twice, power);
        BigDecimal lower = scaled(twice.subtract(BigInteger.ONE), power);
        BigDecimal upper = scaled(twice.add(BigInteger.ONE), power);
        boolean inclusive = !mantissa.testBit(0);
        int scale = Math.max(value.scale(), Math.max(lower.scale(), upper.scale()));
        String digits = value.setScale(scale).unscaledValue().toString();
        String low = lower.setScale(scale).unscaledValue().toString();
        String high = upper.setScale(scale).unscaledValue().toString();
        for (int i = 0; i < digits.length() && low.length() == high.length(); i++) {
            char digit = digits.charAt(i);
            boolean down = low.charAt(i) != digit || inclusive && i + 1 == low.length();
            boolean up = digit != high.charAt(i) && (inclusive || digit + 1 < high.charAt(i) || i + 1 < high.length());
            if (down || up) {
                RoundingMode mode = down && up ? RoundingMode.HALF_EVEN : down ? RoundingMode.DOWN : RoundingMode.UP;
                BigDecimal rounded = value.round(new MathContext(i + 1, mode));
                return number.signum() < 0 ? rounded.negate() : rounded;
            }
        }
        return number;
    }

    private static BigDecimal scaled(BigInteger mantissa, int power) {
        return power >= 0
                ? new BigDecimal(mantissa.shiftLeft(power))
                : new BigDecimal(mantissa)
                        .multiply(new BigDecimal("0.5").pow(-power))
                        .stripTrailingZeros();
    }

    /** Returns the remainder of a division whose quotient is rounded towards zero. */
    static BigDecimal modulo(BigDecimal dividend, BigDecimal divisor) {
        if (divisor.signum() == 0) {
            throw new HclException(null, "can't use modulo with zero");
        }
        return dividend.remainder(divisor);
    }

    static int integer(Value value) {
        try {
            return value.number().intValueExact();
        } catch (ArithmeticException e) {
            throw new HclException(null, "value must be a whole number, between -2147483648 and 2147483647");
        }
    }
}
