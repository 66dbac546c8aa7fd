// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A function that expressions can call.
 *
 * @param rest the parameter for all further arguments; null if there are none
 */
public record Function(String name, List<Parameter> parameters, Parameter rest, Body body) {
    /** @param nullable whether the argument may be null */
    public record Parameter(String name, Type type, boolean nullable) {
        static Parameter of(String name, Type type) {
            return new Parameter(name, type, false);
        }
    }

    @FunctionalInterface
    public interface Body {
        Value call(List<Value> arguments, EvaluationLimits limits);
    }

    /** A function that receives its arguments as expressions and evaluates them itself. */
    interface ExpressionBody extends Body {
        Value call(List<Expression> arguments, Scope scope);

        @Override
        default Value call(List<Value> arguments, EvaluationLimits limits) {
            throw new UnsupportedOperationException();
        }
    }

    Parameter parameter(int index) {
        return index < parameters.size() ? parameters.get(index) : rest;
    }

    /** A function that a file defines. Its result is an expression that can use its parameters. */
    public static Function defined(String name, List<String> parameters, String rest, Expression result, Scope scope) {
        return new Function(
                name,
                parameters.stream()
                        .map(each -> Parameter.of(each, Type.DYNAMIC))
                        .toList(),
                rest == null ? null : Parameter.of(rest, Type.DYNAMIC),
                (arguments, limits) -> {
                    Map<String, Value> variables = new HashMap<>();
                    for (int i = 0; i < parameters.size(); i++) {
                        variables.put(parameters.get(i), arguments.get(i));
                    }
                    if (rest != null) {
                        variables.put(rest, Value.tuple(arguments.subList(parameters.size(), arguments.size())));
                    }
                    return result.value(scope.child(variables));
                });
    }
}
