// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import io.jenkins.plugins.treenq.buildkit.hcl.Expressions.Call;
import io.jenkins.plugins.treenq.buildkit.hcl.Expressions.ObjectConstructor;
import io.jenkins.plugins.treenq.buildkit.hcl.Function.Body;
import io.jenkins.plugins.treenq.buildkit.hcl.Function.ExpressionBody;
import io.jenkins.plugins.treenq.buildkit.hcl.Function.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The functions that bake files can call, which are those of buildx' {@code bake/hclparser/stdlib.go}. */
final class BakeFunctions {
    private static final Map<String, Function> FUNCTIONS = new HashMap<>();

    private BakeFunctions() {}

    static {
        BakeFunctions functions = new BakeFunctions();
        StringFunctions.define(functions);
        NumberFunctions.define(functions);
        CollectionFunctions.define(functions);
        EncodingFunctions.define(functions);
        NetworkFunctions.define(functions);
        TimeFunctions.define(functions);
        RegexFunctions.define(functions);
        functions.add("try", List.of(), new Parameter("expressions", Type.DYNAMIC, true), (ExpressionBody)
                BakeFunctions::firstOf);
        functions.add(
                "can", List.of(Parameter.of("expression", Type.DYNAMIC)), null, (ExpressionBody) BakeFunctions::can);
        functions.add(
                "convert",
                List.of(new Parameter("value", Type.DYNAMIC, true), Parameter.of("type", Type.DYNAMIC)),
                null,
                (ExpressionBody) (arguments, scope) ->
                        Conversion.convert(arguments.get(0).value(scope), type(arguments.get(1))));
    }

    static Map<String, Function> functions() {
        return FUNCTIONS;
    }

    void add(String name, List<Parameter> parameters, Parameter rest, Body body) {
        FUNCTIONS.put(name, new Function(name, parameters, rest, body));
    }

    /** Creates a function whose parameters are all required and not null. */
    void add(String name, Body body, Type... types) {
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < types.length; i++) {
            parameters.add(Parameter.of("argument " + (i + 1), types[i]));
        }
        add(name, parameters, null, body);
    }

    private static Value firstOf(List<Expression> arguments, Scope scope) {
        if (arguments.isEmpty()) {
            throw new HclException(null, "try needs at least one argument");
        }
        HclException last = null;
        for (Expression each : arguments) {
            try {
                return each.value(scope);
            } catch (HclException e) {
                last = e;
            }
        }
        throw new HclException(null, "no expression of try succeeds; the last one: " + last.text());
    }

    private static Value can(List<Expression> arguments, Scope scope) {
        try {
            arguments.get(0).value(scope);
            return Value.TRUE;
        } catch (HclException e) {
            return Value.FALSE;
        }
    }

    /**
     * Parses a type in the syntax of HCL's extension {@code typeexpr}, such as {@code object({name =
     * optional(string)})}.
     */
    static Type type(Expression written) {
        Expression expression = written.syntax();
        String keyword = expression.keyword();
        if (keyword != null) {
            return switch (keyword) {
                case "string" -> Type.STRING;
                case "number" -> Type.NUMBER;
                case "bool" -> Type.BOOL;
                case "any" -> Type.DYNAMIC;
                default ->
                    throw new HclException(
                            written.position(),
                            "\"" + keyword + "\" is not a type; use string, number, bool, any, list(…), set(…), map(…),"
                                    + " object({…}) or tuple([…])");
            };
        }
        if (expression instanceof Call call && call.arguments().size() == 1) {
            Expression inner = call.arguments().get(0);
            switch (call.name()) {
                case "list":
                    return Type.list(type(inner));
                case "set":
                    return Type.set(type(inner));
                case "map":
                    return Type.map(type(inner));
                case "tuple":
                    if (inner.list() != null) {
                        return Type.tuple(
                                inner.list().stream().map(BakeFunctions::type).toList());
                    }
                    break;
                case "object":
                    if (inner instanceof ObjectConstructor object) {
                        return object(object);
                    }
                    break;
                default:
                    break;
            }
        }
        throw new HclException(written.position(), "A type is expected: string, number, bool, any, list(…), set(…) …");
    }

    private static Type object(ObjectConstructor object) {
        Map<String, Type> attributes = new TreeMap<>(Value.KEYS);
        Set<String> optional = new HashSet<>();
        for (Expressions.Item item : object.items()) {
            if (!(item.key() instanceof Expressions.Literal literal)) {
                throw new HclException(item.key().position(), "The name of an attribute is expected");
            }
            String name = literal.literal().string();
            Expression type = item.value();
            if (type instanceof Call call
                    && call.name().equals("optional")
                    && call.arguments().size() == 1) {
                optional.add(name);
                type = call.arguments().get(0);
            }
            attributes.put(name, type(type));
        }
        return Type.object(attributes, optional);
    }
}
