// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import io.jenkins.plugins.treenq.buildkit.hcl.Type.Kind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The kinds of expressions of HCL's native syntax. */
final class Expressions {
    private Expressions() {}

    static final class Literal extends Expression {
        private final Value value;

        Literal(Position position, Value value) {
            super(position);
            this.value = value;
        }

        Value literal() {
            return value;
        }

        @Override
        Value evaluate(Scope scope) {
            return value;
        }

        @Override
        public String keyword() {
            return value.isNull() ? "null" : value.type().kind() == Kind.BOOL ? String.valueOf(value.bool()) : null;
        }
    }

    static final class Parentheses extends Expression {
        private final Expression inner;

        Parentheses(Position position, Expression inner) {
            super(position);
            this.inner = inner;
        }

        @Override
        Value evaluate(Scope scope) {
            return inner.value(scope);
        }

        @Override
        List<Expression> parts() {
            return List.of(inner);
        }
    }

    /** Applies a step to a value: a String is the name of an attribute, a Value is an index. */
    static Value step(Value source, Object step) {
        return step instanceof String name ? attribute(source, name) : index(source, (Value) step);
    }

    static Value attribute(Value source, String name) {
        if (source.isNull()) {
            throw new HclException(null, "This value is null, so it does not have any attributes");
        }
        return switch (source.type().kind()) {
            case OBJECT ->
                Optional.ofNullable(source.attributes().get(name))
                        .orElseThrow(() -> new HclException(
                                null, "This object does not have an attribute named \"" + name + "\""));
            case MAP ->
                Optional.ofNullable(source.attributes().get(name))
                        .orElseThrow(() -> new HclException(
                                null, "This map does not have an element with the key \"" + name + "\""));
            case LIST, SET ->
                throw new HclException(
                        null,
                        "A " + source.type().friendlyName() + " has no attributes; take one of its elements first");
            default ->
                throw new HclException(
                        null,
                        "Can't access attributes on a value of the type "
                                + source.type().friendlyName());
        };
    }

    static Value index(Value source, Value key) {
        if (source.isNull()) {
            throw new HclException(null, "This value is null, so it does not have any indices");
        }
        if (key.isNull()) {
            throw new HclException(null, "Can't use a null value as an indexing key");
        }
        return switch (source.type().kind()) {
            case LIST, TUPLE -> {
                Value number = Conversion.convert(key, Type.NUMBER);
                BigDecimal index = number.number();
                if (index.stripTrailingZeros().scale() > 0
                        || index.signum() < 0
                        || index.compareTo(BigDecimal.valueOf(source.length())) >= 0) {
                    throw new HclException(
                            null,
                            "The index " + Numbers.text(index) + " is not one of the " + source.length() + " elements");
                }
                yield source.elements().get(index.intValueExact());
            }
            case MAP, OBJECT -> {
                String name = Conversion.convert(key, Type.STRING).string();
                Value found = source.attributes().get(name);
                if (found == null) {
                    throw new HclException(null, "There is no element with the key \"" + name + "\"");
                }
                yield found;
            }
            case SET -> throw new HclException(null, "Elements of a set have no index");
            default -> throw new HclException(null, "This value does not have any indices");
        };
    }

    static final class ScopeTraversal extends Expression {
        private final String root;
        private final List<Object> steps;

        ScopeTraversal(Position position, String root, List<Object> steps) {
            super(position);
            this.root = root;
            this.steps = steps;
        }

        @Override
        Value evaluate(Scope scope) {
            Value value = scope.variable(root);
            if (value == null) {
                throw new HclException(position(), "There is no variable named \"" + root + "\"");
            }
            for (Object each : steps) {
                value = step(value, each);
            }
            return value;
        }

        @Override
        public void references(Set<String> defined, Consumer<Reference> consumer) {
            if (!defined.contains(root)) {
                consumer.accept(new Reference(root, steps, position()));
            }
        }

        @Override
        public String keyword() {
            return steps.isEmpty() ? root : null;
        }

        boolean dotted() {
            return !steps.isEmpty();
        }

        ScopeTraversal with(Object step) {
            List<Object> longer = new ArrayList<>(steps);
            longer.add(step);
            return new ScopeTraversal(position(), root, longer);
        }
    }

    static final class RelativeTraversal extends Expression {
        private final Expression source;
        private final Object step;

        RelativeTraversal(Position position, Expression source, Object step) {
            super(position);
            this.source = source;
            this.step = step;
        }

        @Override
        Value evaluate(Scope scope) {
            return step(source.value(scope), step);
        }

        @Override
        List<Expression> parts() {
            return List.of(source);
        }
    }

    static final class Index extends Expression {
        private final Expression source;
        private final Expression key;

        Index(Position position, Expression source, Expression key) {
            super(position);
            this.source = source;
            this.key = key;
        }

        @Override
        Value evaluate(Scope scope) {
            return index(source.value(scope), key.value(scope));
        }

        @Override
        List<Expression> parts() {
            return List.of(source, key);
        }
    }

    /** The current element of a splat, to which the steps after the splat are applied. */
    static final class Element extends Expression {
        /** The name of an internal variable, which no name in a file can equal. */
        private final String name;

        Element(Position position, int number) {
            super(position);
            this.name = "*" + number;
        }

        @Override
        Value evaluate(Scope scope) {
            return scope.variable(name);
        }
    }

    static final class Splat extends Expression {
        private final Expression source;
        private final Expression each;
        private final Element element;

        Splat(Position position, Expression source, Element element, Expression each) {
            super(position);
            this.source = source;
            this.each = each;
            this.element = element;
        }

        @Override
        Value evaluate(Scope scope) {
            Value value = source.value(scope);
            boolean sequence = value.type().is(Kind.LIST, Kind.SET, Kind.TUPLE);
            if (value.isNull()) {
                if (sequence) {
                    throw new HclException(
                            null, "Splat expressions (with the * symbol) cannot be applied to null sequences");
                }
                return Value.EMPTY_TUPLE;
            }
            List<Value> results = new ArrayList<>();
            for (Value one : sequence ? value.elements() : List.of(value)) {
                results.add(each.value(scope.child(Map.of(element.name, one))));
            }
            if (value.type().is(Kind.LIST, Kind.SET)) {
                return Value.list(
                        results.isEmpty() ? Type.DYNAMIC : results.get(0).type(), results);
            }
            return Value.tuple(results);
        }

        @Override
        List<Expression> parts() {
            return List.of(source, each);
        }
    }

    static final class Call extends Expression {
        private final String name;
        private final List<Expression> arguments;
        private final boolean expand;

        Call(Position position, String name, List<Expression> arguments, boolean expand) {
            super(position);
            this.name = name;
            this.arguments = arguments;
            this.expand = expand;
        }

        String name() {
            return name;
        }

        List<Expression> arguments() {
            return arguments;
        }

        @Override
        Value evaluate(Scope scope) {
            Function function = scope.function(name);
            if (function == null) {
                throw new HclException(position(), "There is no function named \"" + name + "\"");
            }
            List<Expression> given = new ArrayList<>(arguments);
            if (expand) {
                Expression last = given.remove(given.size() - 1);
                Value values = last.value(scope);
                if (values.isNull() || !values.type().is(Kind.LIST, Kind.SET, Kind.TUPLE)) {
                    throw new HclException(
                            last.position(),
                            "The argument before '...' must be a list, a set or a tuple, and not null");
                }
                values.elements().forEach(each -> given.add(new Literal(last.position(), each)));
            }
            int least = function.parameters().size();
            if (given.size() < least || given.size() > least && function.rest() == null) {
                throw new HclException(
                        position(),
                        "The function \"" + name + "\" takes " + (function.rest() == null ? "" : "at least ") + least
                                + " argument(s), but has " + given.size());
            }
            if (function.body() instanceof Function.ExpressionBody lazy) {
                return lazy.call(given, scope);
            }
            List<Value> values = new ArrayList<>();
            for (int i = 0; i < given.size(); i++) {
                Function.Parameter parameter = function.parameter(i);
                Value value = given.get(i).value(scope);
                try {
                    value = Conversion.convert(value, parameter.type());
                    if (value.isNull() && !parameter.nullable()) {
                        throw new HclException(null, "argument must not be null");
                    }
                } catch (HclException e) {
                    throw new HclException(
                            given.get(i).position(),
                            "Invalid value for \"" + parameter.name() + "\" of the function \"" + name + "\": "
                                    + e.text());
                }
                values.add(value);
            }
            try {
                return function.body().call(values, scope.limits());
            } catch (HclException e) {
                throw e.position() != null
                        ? e
                        : new HclException(position(), "The call of the function \"" + name + "\" failed: " + e.text());
            }
        }

        @Override
        List<Expression> parts() {
            return arguments;
        }

        @Override
        public void calls(Consumer<String> consumer) {
            consumer.accept(name);
            super.calls(consumer);
        }
    }

    static final class Conditional extends Expression {
        private final Expression condition;
        private final Expression yes;
        private final Expression no;

        Conditional(Position position, Expression condition, Expression yes, Expression no) {
            super(position);
            this.condition = condition;
            this.yes = yes;
            this.no = no;
        }

        /**
         * As in HCL, both results are evaluated, because the type of the expression depends on both. A failure of the
         * result that is not selected is ignored.
         */
        @Override
        Value evaluate(Scope scope) {
            Outcome first = Outcome.of(yes, scope);
            Outcome second = Outcome.of(no, scope);
            Type type = type(first, second);
            Value chosen = condition.value(scope);
            if (chosen.isNull()) {
                throw new HclException(condition.position(), "The condition is null; it must be true or false");
            }
            boolean holds;
            try {
                holds = Conversion.convert(chosen, Type.BOOL).bool();
            } catch (HclException e) {
                throw new HclException(condition.position(), "The condition must be of the type bool: " + e.text());
            }
            return Conversion.convert((holds ? first : second).orFail(), type);
        }

        private Type type(Outcome first, Outcome second) {
            if (first.nullOfNoType()) {
                return second.type();
            } else if (second.nullOfNoType()) {
                return first.type();
            } else if (first.type().kind() == Kind.DYNAMIC || second.type().kind() == Kind.DYNAMIC) {
                return Type.DYNAMIC;
            }
            return Conversion.unify(List.of(first.type(), second.type()), true)
                    .orElseThrow(() -> new HclException(
                            position(),
                            "The two results of a condition must have the same type, but have "
                                    + first.type().friendlyName() + " and "
                                    + second.type().friendlyName()));
        }

        @Override
        List<Expression> parts() {
            return List.of(condition, yes, no);
        }
    }

    /** A value, or the failure of its evaluation. */
    private record Outcome(Value value, HclException failure) {
        static Outcome of(Expression expression, Scope scope) {
            try {
                return new Outcome(expression.value(scope), null);
            } catch (HclException e) {
                return new Outcome(Value.NULL, e);
            }
        }

        boolean nullOfNoType() {
            return failure == null && value.isNull() && type().kind() == Kind.DYNAMIC;
        }

        Type type() {
            return value.type();
        }

        Value orFail() {
            if (failure != null) {
                throw failure;
            }
            return value;
        }
    }

    static final class Binary extends Expression {
        private final String operator;
        private final Expression left;
        private final Expression right;

        Binary(Position position, String operator, Expression left, Expression right) {
            super(position);
            this.operator = operator;
            this.left = left;
            this.right = right;
        }

        @Override
        Value evaluate(Scope scope) {
            if (operator.equals("&&") || operator.equals("||")) {
                return logical(scope, operator.equals("||"));
            }
            Value a = left.value(scope);
            Value b = right.value(scope);
            if (operator.equals("==")) {
                return Value.of(a.equals(b));
            } else if (operator.equals("!=")) {
                return Value.of(!a.equals(b));
            }
            BigDecimal x = operand(a, Type.NUMBER, left).number();
            BigDecimal y = operand(b, Type.NUMBER, right).number();
            return switch (operator) {
                case "+" -> Value.of(x.add(y));
                case "-" -> Value.of(x.subtract(y));
                case "*" -> Value.of(x.multiply(y));
                case "/" -> Value.of(Numbers.divide(x, y));
                case "%" -> Value.of(Numbers.modulo(x, y));
                case "<" -> Value.of(x.compareTo(y) < 0);
                case "<=" -> Value.of(x.compareTo(y) <= 0);
                case ">" -> Value.of(x.compareTo(y) > 0);
                default -> Value.of(x.compareTo(y) >= 0);
            };
        }

        /** If one operand determines the result, a failure of the other operand is ignored. */
        private Value logical(Scope scope, boolean decides) {
            Outcome first = Outcome.of(left, scope);
            Outcome second = Outcome.of(right, scope);
            Boolean a = first.failure() != null
                    ? null
                    : (Boolean) operand(first.value(), Type.BOOL, left).bool();
            Boolean b = second.failure() != null
                    ? null
                    : (Boolean) operand(second.value(), Type.BOOL, right).bool();
            if (a != null && a == decides || b != null && b == decides) {
                return Value.of(decides);
            }
            first.orFail();
            second.orFail();
            return Value.of(!decides);
        }

        private static Value operand(Value value, Type type, Expression side) {
            try {
                Value converted = Conversion.convert(value, type);
                if (converted.isNull()) {
                    throw new HclException(null, "argument must not be null");
                }
                return converted;
            } catch (HclException e) {
                throw new HclException(side.position(), "Unsuitable value for an operand: " + e.text());
            }
        }

        @Override
        List<Expression> parts() {
            return List.of(left, right);
        }
    }

    static final class Unary extends Expression {
        private final boolean not;
        private final Expression operand;

        Unary(Position position, boolean not, Expression operand) {
            super(position);
            this.not = not;
            this.operand = operand;
        }

        @Override
        Value evaluate(Scope scope) {
            Value value = Binary.operand(operand.value(scope), not ? Type.BOOL : Type.NUMBER, operand);
            return not ? Value.of(!value.bool()) : Value.of(value.number().negate());
        }

        @Override
        List<Expression> parts() {
            return List.of(operand);
        }
    }

    static final class Tuple extends Expression {
        private final List<Expression> elements;

        Tuple(Position position, List<Expression> elements) {
            super(position);
            this.elements = elements;
        }

        @Override
        Value evaluate(Scope scope) {
            List<Value> values = new ArrayList<>();
            for (Expression each : elements) {
                values.add(each.value(scope));
            }
            return Value.tuple(values);
        }

        @Override
        List<Expression> parts() {
            return elements;
        }

        @Override
        public List<Expression> list() {
            return elements;
        }
    }

    record Item(Expression key, Expression value) {}

    static final class ObjectConstructor extends Expression {
        private final List<Item> items;

        ObjectConstructor(Position position, List<Item> items) {
            super(position);
            this.items = items;
        }

        List<Item> items() {
            return items;
        }

        @Override
        Value evaluate(Scope scope) {
            Map<String, Value> attributes = new TreeMap<>(Value.KEYS);
            for (Item item : items) {
                Value key = item.key().value(scope);
                Value value = item.value().value(scope);
                attributes.put(key(key, item.key()), value);
            }
            return Value.object(attributes);
        }

        @Override
        List<Expression> parts() {
            List<Expression> parts = new ArrayList<>();
            items.forEach(item -> {
                parts.add(item.key());
                parts.add(item.value());
            });
            return parts;
        }
    }

    private static String key(Value key, Expression expression) {
        if (key.isNull()) {
            throw new HclException(expression.position(), "Can't use a null value as a key");
        }
        try {
            return Conversion.convert(key, Type.STRING).string();
        } catch (HclException e) {
            throw new HclException(expression.position(), "Can't use this value as a key: " + e.text());
        }
    }

    /**
     * A {@code for} expression.
     *
     * @param keyName name of the variable for the key; null if there is none
     * @param key expression for the keys of an object; null if the result is a tuple
     * @param condition condition that selects elements; null if all elements are used
     * @param group whether the values of equal keys are grouped in a tuple
     */
    record ForClause(
            String keyName,
            String valueName,
            Expression collection,
            Expression key,
            Expression value,
            Expression condition,
            boolean group) {}

    static final class For extends Expression {
        private final ForClause clause;

        For(Position position, ForClause clause) {
            super(position);
            this.clause = clause;
        }

        @Override
        Value evaluate(Scope scope) {
            Value collection = clause.collection().value(scope);
            if (!collection.iterable()) {
                throw new HclException(
                        clause.collection().position(),
                        collection.isNull()
                                ? "A null value cannot be the collection of a 'for'"
                                : "A value of the type " + collection.type().friendlyName()
                                        + " cannot be the collection of a 'for'");
            }
            List<Value> keys = collection.keys();
            List<Value> elements = collection.elements();
            List<Value> results = new ArrayList<>();
            Map<String, List<Value>> groups = new TreeMap<>(Value.KEYS);
            for (int i = 0; i < elements.size(); i++) {
                Map<String, Value> variables = new HashMap<>();
                if (clause.keyName() != null) {
                    variables.put(clause.keyName(), keys.get(i));
                }
                variables.put(clause.valueName(), elements.get(i));
                Scope inner = scope.child(variables);
                if (clause.condition() != null && !holds(inner)) {
                    continue;
                }
                if (clause.key() == null) {
                    results.add(clause.value().value(inner));
                    continue;
                }
                String key = key(clause.key().value(inner), clause.key());
                List<Value> group = groups.computeIfAbsent(key, unused -> new ArrayList<>());
                group.add(clause.value().value(inner));
                if (group.size() > 1 && !clause.group()) {
                    throw new HclException(
                            clause.key().position(),
                            "Two items of this 'for' have the key \"" + key
                                    + "\"; write '...' after the value to group them");
                }
            }
            if (clause.key() == null) {
                return Value.tuple(results);
            }
            Map<String, Value> attributes = new TreeMap<>(Value.KEYS);
            groups.forEach((key, group) -> attributes.put(key, clause.group() ? Value.tuple(group) : group.get(0)));
            return Value.object(attributes);
        }

        private boolean holds(Scope scope) {
            try {
                Value value = Conversion.convert(clause.condition().value(scope), Type.BOOL);
                if (value.isNull()) {
                    throw new HclException(null, "it must not be null");
                }
                return value.bool();
            } catch (HclException e) {
                throw e.position() != null
                        ? e
                        : new HclException(clause.condition().position(), "The 'if' of a 'for': " + e.text());
            }
        }

        @Override
        List<Expression> parts() {
            List<Expression> parts = new ArrayList<>(List.of(clause.collection(), clause.value()));
            if (clause.key() != null) {
                parts.add(clause.key());
            }
            if (clause.condition() != null) {
                parts.add(clause.condition());
            }
            return parts;
        }

        @Override
        public void references(Set<String> defined, Consumer<Reference> consumer) {
            clause.collection().references(defined, consumer);
            Set<String> inner = new HashSet<>(defined);
            inner.add(clause.valueName());
            if (clause.keyName() != null) {
                inner.add(clause.keyName());
            }
            parts().stream().skip(1).forEach(part -> part.references(inner, consumer));
        }
    }

    /** A text with interpolations. */
    static final class Template extends Expression {
        private final List<Expression> pieces;

        Template(Position position, List<Expression> pieces) {
            super(position);
            this.pieces = pieces;
        }

        @Override
        Value evaluate(Scope scope) {
            StringBuilder out = new StringBuilder();
            for (Expression each : pieces) {
                append(out, each.value(scope), each.position(), scope.limits());
            }
            return Value.of(out.toString());
        }

        @Override
        List<Expression> parts() {
            return pieces;
        }
    }

    private static void append(StringBuilder out, Value value, Position position, EvaluationLimits limits) {
        if (value.isNull()) {
            throw new HclException(position, "A null value cannot be part of a string");
        }
        try {
            out.append(Conversion.convert(value, Type.STRING).string());
        } catch (HclException e) {
            throw new HclException(position, "This value cannot be part of a string: " + e.text());
        }
        limits.text(out.length());
    }

    /** The text that a {@code for} directive of a template creates. */
    static final class Join extends Expression {
        private final Expression tuple;

        Join(Position position, Expression tuple) {
            super(position);
            this.tuple = tuple;
        }

        @Override
        Value evaluate(Scope scope) {
            StringBuilder out = new StringBuilder();
            for (Value each : tuple.value(scope).elements()) {
                append(out, each, position(), scope.limits());
            }
            return Value.of(out.toString());
        }

        @Override
        List<Expression> parts() {
            return List.of(tuple);
        }
    }

    /** A JSON string, which is a template where a value is expected, and native syntax where syntax is expected. */
    static final class JsonString extends Expression {
        private final String text;
        private final Expression template;

        JsonString(Position position, String text, Expression template) {
            super(position);
            this.text = text;
            this.template = template;
        }

        @Override
        Value evaluate(Scope scope) {
            return template.value(scope);
        }

        @Override
        List<Expression> parts() {
            return List.of(template);
        }

        @Override
        public String keyword() {
            try {
                return syntax().keyword();
            } catch (HclException e) {
                return null;
            }
        }

        @Override
        Expression syntax() {
            return Parser.expression(text, position());
        }
    }
}
