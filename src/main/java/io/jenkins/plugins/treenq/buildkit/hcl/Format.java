// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The function {@code format} of cty, whose verbs are similar to those of C and Go. */
final class Format {
    private static final Pattern VERB = Pattern.compile("%(?<flags>[ +\\-#0]*)(?<width>[0-9]{1,9})?"
            + "(?<precision>\\.[0-9]{0,9})?(?:\\[(?<index>[0-9]{1,9})\\])?(?<verb>[a-zA-Z%])");

    private Format() {}

    static String format(String format, List<Value> arguments, EvaluationLimits limits) {
        StringBuilder out = new StringBuilder();
        int next = 0;
        int most = 0;
        boolean indexed = false;
        int at = 0;
        Matcher matcher = VERB.matcher(format);
        while (at < format.length()) {
            int percent = format.indexOf('%', at);
            if (percent < 0) {
                out.append(format, at, format.length());
                break;
            }
            out.append(format, at, percent);
            if (!matcher.find(percent) || matcher.start() != percent) {
                throw new HclException(
                        null,
                        "'%' at the offset " + percent + " does not begin a format; write '%%' for a percent sign");
            }
            at = matcher.end();
            if (matcher.group("verb").equals("%")) {
                out.append('%');
                continue;
            }
            if (matcher.group("index") != null) {
                next = Integer.parseInt(matcher.group("index")) - 1;
                indexed = true;
            }
            if (next < 0 || next >= arguments.size()) {
                throw new HclException(
                        null, "not enough arguments for '" + matcher.group() + "': there are " + arguments.size());
            }
            Value argument = arguments.get(next++);
            most = Math.max(most, next);
            int width = matcher.group("width") == null ? -1 : Integer.parseInt(matcher.group("width"));
            String precisionText = matcher.group("precision");
            int precision = precisionText == null
                    ? -1
                    : precisionText.length() == 1 ? 0 : Integer.parseInt(precisionText.substring(1));
            limits.text((long) out.length() + Math.max(width, 0) + Math.max(precision, 0));
            out.append(one(
                    matcher.group(),
                    matcher.group("verb").charAt(0),
                    matcher.group("flags"),
                    width,
                    precision,
                    argument));
            limits.text(out.length());
        }
        if (!indexed && most < arguments.size()) {
            throw new HclException(
                    null, "too many arguments; only " + most + " used by format string, of " + arguments.size());
        }
        return out.toString();
    }

    private static String one(String raw, char verb, String flags, int width, int precision, Value argument) {
        if (verb != 'v' && argument.isNull()) {
            throw new HclException(null, "a null cannot be formatted by '" + raw + "'");
        }
        switch (verb) {
            case 'v':
                return pad(plain(argument, flags.contains("#")), flags, width);
            case 't':
                return String.valueOf(convert(raw, argument, Type.BOOL).bool());
            case 'b', 'd', 'o', 'x', 'X':
                return integer(
                        raw,
                        verb,
                        flags,
                        width,
                        convert(raw, argument, Type.NUMBER).number());
            case 'e', 'E', 'f', 'g', 'G':
                return decimal(
                        verb,
                        flags,
                        width,
                        precision,
                        convert(raw, argument, Type.NUMBER).number());
            case 's', 'q':
                String text = convert(raw, argument, Type.STRING).string();
                if (precision > 0) {
                    List<String> characters = StringFunctions.characters(text);
                    text = String.join("", characters.subList(0, Math.min(precision, characters.size())));
                }
                return pad(verb == 's' ? text : Json.write(Value.of(text)), flags, width);
            default:
                throw new HclException(null, "'" + raw + "' is not a format");
        }
    }

    private static Value convert(String raw, Value argument, Type type) {
        try {
            return Conversion.convert(argument, type);
        } catch (HclException e) {
            throw new HclException(null, "a value cannot be formatted by '" + raw + "': " + e.text());
        }
    }

    private static String plain(Value argument, boolean json) {
        if (!json && !argument.isNull() && argument.type().kind() == Type.Kind.STRING) {
            return argument.string();
        }
        if (!json && !argument.isNull() && argument.type().kind() == Type.Kind.NUMBER) {
            return general(argument.number(), -1, 'g');
        }
        return Json.write(argument);
    }

    private static String integer(String raw, char verb, String flags, int width, BigDecimal number) {
        BigInteger integer;
        try {
            integer = number.toBigIntegerExact();
        } catch (ArithmeticException e) {
            throw new HclException(null, "'" + raw + "' needs a whole number");
        }
        int radix =
                switch (verb) {
                    case 'b' -> 2;
                    case 'o' -> 8;
                    case 'd' -> 10;
                    default -> 16;
                };
        String digits = integer.abs().toString(radix);
        if (verb == 'X') {
            digits = digits.toUpperCase(Locale.ROOT);
        }
        String prefix = !flags.contains("#")
                ? ""
                : switch (verb) {
                    case 'o' -> "0";
                    case 'x' -> "0x";
                    case 'X' -> "0X";
                    case 'b' -> "0b";
                    default -> "";
                };
        return signed(integer.signum() < 0, prefix + digits, flags, width);
    }

    private static String decimal(char verb, String flags, int width, int precision, BigDecimal number) {
        BigDecimal positive = number.abs();
        String digits =
                switch (verb) {
                    case 'f' ->
                        positive.setScale(precision < 0 ? 6 : precision, RoundingMode.HALF_EVEN)
                                .toPlainString();
                    case 'e', 'E' -> scientific(positive, precision < 0 ? 6 : precision, verb);
                    default -> general(positive, precision, verb);
                };
        return signed(number.signum() < 0, digits, flags, width);
    }

    private static String scientific(BigDecimal positive, int precision, char verb) {
        BigDecimal rounded = positive.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        String digits = rounded.unscaledValue().toString();
        int exponent = rounded.signum() == 0 ? 0 : digits.length() - 1 - rounded.scale();
        StringBuilder padded = new StringBuilder(rounded.signum() == 0 ? "0" : digits);
        while (padded.length() < precision + 1) {
            padded.append('0');
        }
        String mantissa =
                precision == 0 ? padded.substring(0, 1) : padded.charAt(0) + "." + padded.substring(1, precision + 1);
        return mantissa + exponent(exponent, verb == 'E' ? 'E' : 'e');
    }

    private static String exponent(int exponent, char letter) {
        return letter + (exponent < 0 ? "-" : "+") + String.format("%02d", Math.abs(exponent));
    }

    /**
     * Formats a number like Go's {@code %g}: with an exponent if it is below -4 or, without a precision, at least 21.
     */
    private static String general(BigDecimal number, int precision, char verb) {
        BigDecimal rounded =
                precision < 0 ? number : number.round(new MathContext(Math.max(precision, 1), RoundingMode.HALF_EVEN));
        rounded = rounded.signum() == 0 ? BigDecimal.ZERO : rounded.stripTrailingZeros();
        String digits = rounded.unscaledValue().abs().toString();
        int exponent = rounded.signum() == 0 ? 0 : digits.length() - 1 - rounded.scale();
        int limit = precision < 0 ? 21 : Math.max(precision, 1);
        if (precision < 0 && digits.length() > limit) {
            limit = digits.length();
        }
        if (exponent < -4 || exponent >= limit) {
            return (rounded.signum() < 0 ? "-" : "")
                    + digits.charAt(0)
                    + (digits.length() > 1 ? "." + digits.substring(1) : "")
                    + exponent(exponent, verb == 'G' ? 'E' : 'e');
        }
        return Numbers.text(rounded);
    }

    private static String signed(boolean negative, String digits, String flags, int width) {
        String sign = negative ? "-" : flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
        int missing = width - sign.length() - digits.length();
        if (missing <= 0) {
            return sign + digits;
        } else if (flags.contains("-")) {
            return sign + digits + " ".repeat(missing);
        } else if (flags.contains("0")) {
            return sign + "0".repeat(missing) + digits;
        }
        return " ".repeat(missing) + sign + digits;
    }

    private static String pad(String text, String flags, int width) {
        int missing = width - StringFunctions.characters(text).size();
        if (missing <= 0) {
            return text;
        }
        String padding = (flags.contains("0") ? "0" : " ").repeat(missing);
        return flags.contains("-") ? text + padding : padding + text;
    }
}
