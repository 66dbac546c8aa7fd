// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.util.HashMap;
import java.util.Map;

/**
 * The variables and functions that an expression may use. The variables of an inner scope hide those of the outer
 * scope.
 */
public final class Scope {
    private final Scope outer;
    private final Map<String, Value> variables;
    private final Map<String, Function> functions;
    private final EvaluationLimits limits;

    private Scope(Scope outer, Map<String, Value> variables, Map<String, Function> functions, EvaluationLimits limits) {
        this.outer = outer;
        this.variables = variables;
        this.functions = functions;
        this.limits = limits;
    }

    /** Creates the outermost scope, with the functions of the library. */
    public static Scope root() {
        return new Scope(null, new HashMap<>(), new HashMap<>(BakeFunctions.functions()), new EvaluationLimits());
    }

    public Scope child(Map<String, Value> variables) {
        return new Scope(this, variables, functions, limits);
    }

    public void set(String name, Value value) {
        variables.put(name, value);
    }

    public void set(Function function) {
        functions.put(function.name(), function);
    }

    /** Returns a variable; null if there is no variable with this name. */
    public Value variable(String name) {
        for (Scope each = this; each != null; each = each.outer) {
            Value value = each.variables.get(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    /** Returns a function; null if there is no function with this name. */
    public Function function(String name) {
        return functions.get(name);
    }

    EvaluationLimits limits() {
        return limits;
    }
}
