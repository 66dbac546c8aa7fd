// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import io.jenkins.plugins.treenq.buildkit.hcl.Function.Parameter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.UnaryOperator;

/** Functions of numbers and booleans. */
final class NumberFunctions {
    /** The maximum number of elements of a range, which is the same in cty. */
    private static final int MAX_RANGE = 1024;

    private NumberFunctions() {}

    static void define(BakeFunctions functions) {
        one(functions, "absolute", BigDecimal::abs);
        one(functions, "negate", BigDecimal::negate);
        one(functions, "ceil", number -> number.setScale(0, RoundingMode.CEILING));
        one(functions, "floor", number -> number.setScale(0, RoundingMode.FLOOR));
        one(functions, "int", number -> number.setScale(0, RoundingMode.DOWN));
        functions.add("signum", (a, limits) -> Value.of(Integer.signum(Numbers.integer(a.get(0)))), Type.NUMBER);
        two(functions, "add", BigDecimal::add);
        two(functions, "subtract", BigDecimal::subtract);
        two(functions, "multiply", BigDecimal::multiply);
        two(functions, "divide", Numbers::divide);
        two(functions, "modulo", Numbers::modulo);
        floating(functions, "pow", Math::pow);
        floating(functions, "log", (number, base) -> Math.log(number) / Math.log(base));
        compare(functions, "greaterthan", (a, b) -> a.compareTo(b) > 0);
        compare(functions, "greaterthanorequalto", (a, b) -> a.compareTo(b) >= 0);
        compare(functions, "lessthan", (a, b) -> a.compareTo(b) < 0);
        compare(functions, "lessthanorequalto", (a, b) -> a.compareTo(b) <= 0);
        extreme(functions, "min", BigDecimal::min);
        extreme(functions, "max", BigDecimal::max);
        functions.add("and", (a, limits) -> Value.of(a.get(0).bool() && a.get(1).bool()), Type.BOOL, Type.BOOL);
        functions.add("or", (a, limits) -> Value.of(a.get(0).bool() || a.get(1).bool()), Type.BOOL, Type.BOOL);
        functions.add("not", (a, limits) -> Value.of(!a.get(0).bool()), Type.BOOL);
        equality(functions, "equal", true);
        equality(functions, "notequal", false);
        functions.add("parseint", (a, limits) -> parse(a.get(0), a.get(1)), Type.DYNAMIC, Type.NUMBER);
        functions.add("range", List.of(), Parameter.of("params", Type.NUMBER), (a, limits) -> range(a));
    }

    private static void one(BakeFunctions functions, String name, UnaryOperator<BigDecimal> function) {
        functions.add(name, (a, limits) -> Value.of(function.apply(a.get(0).number())), Type.NUMBER);
    }

    private static void two(BakeFunctions functions, String name, BinaryOperator<BigDecimal> function) {
        functions.add(
                name,
                (a, limits) ->
                        Value.of(function.apply(a.get(0).number(), a.get(1).number())),
                Type.NUMBER,
                Type.NUMBER);
    }

    private static void floating(BakeFunctions functions, String name, DoubleBinaryOperator function) {
        functions.add(
                name,
                (a, limits) -> {
                    double result = function.applyAsDouble(
                            a.get(0).number().doubleValue(), a.get(1).number().doubleValue());
                    if (Double.isNaN(result) || Double.isInfinite(result)) {
                        throw new HclException(null, "the result is not a finite number");
                    }
                    return Value.of(BigDecimal.valueOf(result));
                },
                Type.NUMBER,
                Type.NUMBER);
    }

    private static void compare(BakeFunctions functions, String name, BiPredicate<BigDecimal, BigDecimal> function) {
        functions.add(
                name,
                (a, limits) ->
                        Value.of(function.test(a.get(0).number(), a.get(1).number())),
                Type.NUMBER,
                Type.NUMBER);
    }

    private static void extreme(BakeFunctions functions, String name, BinaryOperator<BigDecimal> function) {
        functions.add(
                name,
                List.of(),
                Parameter.of("numbers", Type.NUMBER),
                (a, limits) -> Value.of(a.stream()
                        .map(Value::number)
                        .reduce(function)
                        .orElseThrow(() -> new HclException(null, "must pass at least one number"))));
    }

    private static void equality(BakeFunctions functions, String name, boolean equal) {
        functions.add(
                name,
                List.of(new Parameter("a", Type.DYNAMIC, true), new Parameter("b", Type.DYNAMIC, true)),
                null,
                (a, limits) -> Value.of(a.get(0).equals(a.get(1)) == equal));
    }

    private static Value parse(Value text, Value base) {
        int radix = Numbers.integer(base);
        if (text.type().kind() != Type.Kind.STRING) {
            throw new HclException(
                    null, "first argument must be a string, not " + text.type().friendlyName());
        }
        if (radix < 2 || radix > 62) {
            throw new HclException(null, "base must be a whole number between 2 and 62 inclusive");
        }
        try {
            if (radix > Character.MAX_RADIX || text.string().length() > 1000) {
                throw new NumberFormatException();
            }
            return Value.of(new BigDecimal(new BigInteger(text.string(), radix)));
        } catch (NumberFormatException e) {
            throw new HclException(null, "cannot parse \"" + text.string() + "\" as a base " + radix + " integer");
        }
    }

    private static Value range(List<Value> arguments) {
        BigDecimal start = BigDecimal.ZERO;
        BigDecimal step = BigDecimal.ONE;
        BigDecimal end;
        switch (arguments.size()) {
            case 1 -> end = arguments.get(0).number();
            case 2, 3 -> {
                start = arguments.get(0).number();
                end = arguments.get(1).number();
            }
            default -> throw new HclException(null, "must have one, two, or three arguments");
        }
        if (arguments.size() == 3) {
            step = arguments.get(2).number();
        } else if (end.compareTo(start) < 0) {
            step = BigDecimal.ONE.negate();
        }
        if (step.signum() == 0) {
            throw new HclException(null, "step must not be zero");
        }
        if (end.compareTo(start) * step.signum() < 0) {
            throw new HclException(null, "the end must lie in the direction of the step");
        }
        List<Value> values = new ArrayList<>();
        for (BigDecimal each = start; each.compareTo(end) * step.signum() < 0; each = each.add(step)) {
            if (values.size() >= MAX_RANGE) {
                throw new HclException(
                        null,
                        "more than " + MAX_RANGE
                                + " values were generated; either decrease the difference between start and end or use"
                                + " a smaller step");
            }
            values.add(Value.of(each));
        }
        return Value.list(Type.NUMBER, values);
    }
}
