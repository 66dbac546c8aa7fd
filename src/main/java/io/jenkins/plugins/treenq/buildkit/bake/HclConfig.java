// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

import io.jenkins.plugins.treenq.buildkit.hcl.Conversion;
import io.jenkins.plugins.treenq.buildkit.hcl.Csv;
import io.jenkins.plugins.treenq.buildkit.hcl.Expression;
import io.jenkins.plugins.treenq.buildkit.hcl.Function;
import io.jenkins.plugins.treenq.buildkit.hcl.HclBody;
import io.jenkins.plugins.treenq.buildkit.hcl.HclBody.Attribute;
import io.jenkins.plugins.treenq.buildkit.hcl.HclBody.Block;
import io.jenkins.plugins.treenq.buildkit.hcl.HclException;
import io.jenkins.plugins.treenq.buildkit.hcl.Json;
import io.jenkins.plugins.treenq.buildkit.hcl.Position;
import io.jenkins.plugins.treenq.buildkit.hcl.Scope;
import io.jenkins.plugins.treenq.buildkit.hcl.Type;
import io.jenkins.plugins.treenq.buildkit.hcl.Types;
import io.jenkins.plugins.treenq.buildkit.hcl.Value;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Evaluates the variables, functions, groups and targets of HCL files. Each is evaluated when it is first needed, so
 * that they may refer to each other in any order, as docker/buildx' bake/hclparser does.
 */
final class HclConfig {
    static final Set<String> LABELED = Set.of("variable", "function", "group", "target");
    private static final Set<String> BLOCKS = Set.of("group", "target");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]+");
    private static final String JSON_SUFFIX = "_JSON";

    /** Definitions that need each other are evaluated within each other; this many at most. */
    private static final int MAX_CHAIN = 200;

    /** All targets together that matrices may make. */
    private static final int MAX_TARGETS = 10_000;

    private final BakeRequest request;
    private final BakeConfig config;
    private final Scope root = Scope.root();
    private final Map<String, Variable> variables = new LinkedHashMap<>();
    private final Map<String, Attribute> attributes = new LinkedHashMap<>();
    private final Map<String, Block> functions = new LinkedHashMap<>();
    private final Map<String, Map<String, List<Definition>>> definitions = new HashMap<>();
    private final Set<String> valuesInProgress = new HashSet<>();
    private final Set<String> functionsInProgress = new HashSet<>();
    private final List<BakeVariable> evaluated = new ArrayList<>();
    private int targets;
    private int chain;

    private record Variable(Block block, Type type, boolean typed) {}

    /** A block of a target or a group: one instance of it, or one for each combination of its matrix. */
    private static final class Definition {
        final Block block;
        List<Instance> instances;
        /** Whether expressions refer to it, so that they need its values. */
        boolean referenced;

        Definition(Block block) {
            this.block = block;
        }
    }

    private static final class Instance {
        final Scope scope;
        final BakeGroup group;
        BakeTarget target;
        String name;
        final Set<String> done = new HashSet<>();
        final Set<String> inProgress = new HashSet<>();

        Instance(Scope scope, String name, boolean isGroup) {
            this.scope = scope;
            this.name = name;
            this.group = isGroup ? new BakeGroup(name) : null;
            this.target = isGroup ? null : new BakeTarget(name);
        }
    }

    private HclConfig(BakeRequest request, BakeConfig config) {
        this.request = request;
        this.config = config;
    }

    /** Adds what the files define to a configuration, which may have definitions of other files. */
    static void evaluate(List<HclBody> files, BakeRequest request, BakeConfig config) {
        new HclConfig(request, config).evaluate(files);
    }

    private void evaluate(List<HclBody> files) {
        List<Definition> all = new ArrayList<>();
        for (HclBody file : files) {
            for (Block block : file.blocks()) {
                if (!LABELED.contains(block.type())) {
                    continue;
                }
                if (block.labels().size() != 1) {
                    throw new HclException(
                            block.position(), "A " + block.type() + " block has one label, which is its name");
                }
                String name = block.labels().get(0);
                if (BLOCKS.contains(block.type())) {
                    all.add(new Definition(block));
                } else if (!BLOCKS.contains(name) && !request.builtIns().containsKey(name)) {
                    if (block.type().equals("variable")) {
                        variables.put(name, new Variable(block, null, false));
                    } else {
                        functions.put(name, function(block));
                    }
                }
            }
            file.attributes().forEach((name, attribute) -> {
                if (BLOCKS.contains(name)) {
                    throw new HclException(attribute.position(), "\"" + name + "\" must be a block");
                } else if (!request.builtIns().containsKey(name) && !name.equals("function")) {
                    attributes.put(name, attribute);
                }
            });
        }
        request.builtIns().forEach((name, value) -> root.set(name, Value.of(value)));
        variables.keySet().stream().toList().forEach(this::list);
        validate();
        functions.forEach((name, block) -> resolveFunction(name, block.position()));
        names(all);
        for (Definition each : all) {
            resolve(each, null);
            each.instances.forEach(instance -> add(each.block.type(), instance));
        }
        attributes.forEach((name, attribute) -> resolveValue(root, name, attribute.position()));
        renamed(all);
        evaluated.sort((one, other) -> Value.KEYS.compare(one.name(), other.name()));
        config.variables.addAll(evaluated);
    }

    private static Block function(Block block) {
        block.body().attributes().forEach((name, attribute) -> {
            if (!Set.of("params", "variadic_params", "result").contains(name)) {
                throw new HclException(
                        attribute.position(), "A function has the arguments params, variadic_params and result");
            }
        });
        block.body().blocks().forEach(each -> {
            throw new HclException(each.position(), "A function has no blocks");
        });
        return block;
    }

    private void names(List<Definition> all) {
        Map<String, Map<String, List<Definition>>> found = new HashMap<>();
        for (Definition each : all) {
            resolve(each, Set.of());
            Set<String> unique = new HashSet<>();
            String label = each.block.labels().get(0);
            check(label, each.block.position());
            for (Instance instance : each.instances) {
                String name = name(each.block, instance);
                check(name, each.block.position());
                if (!unique.add(name)) {
                    throw new HclException(
                            each.block.position(), "Two targets of the matrix have the name \"" + name + "\"");
                }
                instance.name = name;
                if (instance.target != null) {
                    instance.target = new BakeTarget(name);
                }
                found.computeIfAbsent(each.block.type(), type -> new HashMap<>())
                        .computeIfAbsent(name, unused -> new ArrayList<>())
                        .add(each);
            }
        }
        definitions.putAll(found);
    }

    private static void check(String name, Position position) {
        if (!NAME.matcher(name).matches()) {
            throw new HclException(
                    position,
                    "\"" + name + "\" is not a valid name of a target or group: only \"[a-zA-Z0-9_-]+\" are allowed");
        }
    }

    private String name(Block block, Instance instance) {
        Attribute name = block.body().attributes().get("name");
        if (name == null) {
            return block.labels().get(0);
        }
        if (block.type().equals("group")) {
            throw new HclException(name.position(), "name is not supported for groups");
        }
        if (!block.body().attributes().containsKey("matrix")) {
            throw new HclException(name.position(), "name requires matrix");
        }
        load(instance.scope, name.value(), Set.of(), true);
        String value = BakeTarget.string(name.value().value(instance.scope));
        if (value == null) {
            throw new HclException(name.position(), "the name is null");
        }
        return value;
    }

    private void renamed(List<Definition> all) {
        Map<String, Map<String, List<String>>> byType = new TreeMap<>();
        for (Definition each : all) {
            List<String> names = byType.computeIfAbsent(each.block.type(), type -> new LinkedHashMap<>())
                    .computeIfAbsent(each.block.labels().get(0), label -> new ArrayList<>());
            each.instances.forEach(instance -> names.add(instance.name));
        }
        byType.values()
                .forEach(labels -> labels.forEach((label, names) -> {
                    List<String> distinct = names.stream().distinct().toList();
                    if (!distinct.equals(List.of(label))) {
                        BakeGroup group = new BakeGroup(label);
                        group.targets = new ArrayList<>(distinct);
                        config.groups.add(group);
                    }
                }));
    }

    private void add(String type, Instance instance) {
        if (type.equals("group")) {
            config.put(instance.group);
        } else {
            config.add(instance.target);
        }
    }

    // Variables

    private void list(String name) {
        Block block = variables.get(name).block();
        resolveValue(root, name, block.position());
        Variable variable = variables.get(name);
        Value value = root.variable(name);
        String text = null;
        if (!value.isNull()) {
            text = variable.typed() && variable.type().kind() != Type.Kind.STRING
                    ? Json.write(value)
                    : value.type().primitive() ? BakeTarget.string(value) : Json.write(value);
            if (variable.typed() && variable.type().kind() == Type.Kind.STRING) {
                text = Json.write(value).replaceAll("^\"+|\"+$", "");
            }
        }
        Attribute description = block.body().attributes().get("description");
        String described =
                description == null ? "" : BakeTarget.string(description.value().value(Scope.root()));
        evaluated.add(new BakeVariable(
                name,
                described == null ? "" : described,
                variable.typed() ? variable.type().constraintName() : "",
                text));
    }

    private void resolveValue(Scope scope, String name, Position position) {
        if (scope.variable(name) != null) {
            return;
        }
        Attribute attribute = attributes.get(name);
        Variable variable = variables.get(name);
        if (attribute == null && variable == null) {
            throw new UndefinedException(position, "variable \"" + name + "\" does not exist");
        }
        if (!valuesInProgress.add(name)) {
            throw new HclException(position, "variable cycle not allowed for " + name);
        }
        deeper(position);
        Type type = Type.DYNAMIC;
        boolean typed = false;
        Scope used = scope;
        Position place =
                attribute != null ? attribute.position() : variable.block().position();
        Expression definition = attribute != null ? attribute.value() : null;
        if (attribute == null) {
            used = root;
            Attribute written = variable.block().body().attributes().get("type");
            Attribute value = variable.block().body().attributes().get("default");
            definition = value == null ? null : value.value();
            if (written != null && !"null".equals(written.value().keyword())) {
                type = Types.read(written.value());
                typed = true;
            }
            variables.put(name, new Variable(variable.block(), type, typed));
        }
        Override given = override(name, typed);
        Value value;
        if (definition != null) {
            load(used, definition, Set.of(), true);
            value = definition.value(used);
            try {
                value = Conversion.convert(value, type);
            } catch (HclException e) {
                throw new HclException(
                        definition.position(),
                        "invalid type " + type.friendlyName() + " for variable " + name + " default value: "
                                + e.getMessage());
            }
        } else {
            value = typed ? Value.ofNull(type) : Value.of("");
        }
        if (given != null && variable != null) {
            try {
                value = overridden(name, given, definition == null, value, type, typed);
            } catch (HclException e) {
                throw new HclException(place, "The value of the variable " + name + " is not valid: " + e.getMessage());
            }
        }
        root.set(name, value);
        chain--;
    }

    private void deeper(Position position) {
        if (++chain > MAX_CHAIN) {
            throw new HclException(position, "More than " + MAX_CHAIN + " definitions need each other in a row");
        }
    }

    private record Override(String text, boolean json) {}

    /**
     * A value from outside for a variable: that of its own name, or of its name with _JSON after it. Null: there is
     * none.
     */
    private Override override(String name, boolean favorJson) {
        String plain = request.variable(name);
        if (plain == null || favorJson) {
            String json = name + JSON_SUFFIX;
            if (!variables.containsKey(json) && !request.builtIns().containsKey(json)) {
                String value = request.variable(json);
                if (value != null) {
                    return new Override(value, true);
                }
            }
        }
        return plain == null ? null : new Override(plain, false);
    }

    private static Value overridden(
            String name, Override given, boolean noDefault, Value value, Type type, boolean typed) {
        if (typed && given.json()) {
            return Types.readJson(given.text(), type);
        } else if (type.is(Type.Kind.LIST, Type.Kind.SET, Type.Kind.TUPLE, Type.Kind.MAP)) {
            return fromCsv(given.text(), type);
        } else if (typed && type.primitive()) {
            return primitive(given.text(), type);
        } else if (typed) {
            throw new HclException(null, "unsupported type " + type.friendlyName() + " for variable " + name);
        } else if (noDefault || value.type().kind() == Type.Kind.DYNAMIC) {
            return Value.of(given.text());
        } else if (value.type().primitive()) {
            return primitive(given.text(), value.type());
        }
        throw new HclException(null, "unsupported type " + value.type().friendlyName() + " for variable " + name);
    }

    private static Value primitive(String text, Type type) {
        return switch (type.kind()) {
            case STRING -> Value.of(text);
            case BOOL -> {
                try {
                    yield Value.of(TargetEntries.bool(text));
                } catch (BakeException e) {
                    throw new HclException(null, "failed to parse it as bool");
                }
            }
            case NUMBER -> {
                try {
                    double number = Double.parseDouble(text);
                    if (Double.isNaN(number) || Double.isInfinite(number) || !text.equals(text.strip())) {
                        throw new NumberFormatException();
                    }
                    yield Value.of(BigDecimal.valueOf(number));
                } catch (NumberFormatException e) {
                    throw new HclException(null, "failed to parse it as number");
                }
            }
            default -> throw new HclException(null, type.friendlyName() + " is not a primitive type");
        };
    }

    private static Value fromCsv(String text, Type type) {
        List<String> fields = Csv.fields(text, ',');
        if (type.kind() == Type.Kind.TUPLE) {
            if (type.of().size() != fields.size()) {
                throw new HclException(
                        null, "tuple expects " + type.of().size() + " elements but " + fields.size() + " are provided");
            }
            List<Value> elements = new ArrayList<>();
            for (int i = 0; i < fields.size(); i++) {
                elements.add(primitive(fields.get(i), type.of().get(i)));
            }
            return Value.tuple(elements);
        }
        if (!type.element().primitive()) {
            throw new HclException(null, "unsupported type " + type.friendlyName() + " for CSV specification");
        }
        if (type.kind() == Type.Kind.MAP) {
            Map<String, Value> entries = new TreeMap<>(Value.KEYS);
            for (String field : fields) {
                List<String> pair = Csv.fields(field, ':');
                if (pair.size() != 2) {
                    throw new HclException(null, "expected one k/v pair in '" + field + "'");
                }
                entries.put(pair.get(0), primitive(pair.get(1), type.element()));
            }
            return Value.map(type.element(), entries);
        }
        List<Value> elements =
                fields.stream().map(each -> primitive(each, type.element())).toList();
        return type.kind() == Type.Kind.SET
                ? Value.set(type.element(), elements)
                : Value.list(type.element(), elements);
    }

    private void validate() {
        variables.forEach((name, variable) -> {
            for (Block rule : variable.block().body().blocks()) {
                if (!rule.type().equals("validation")) {
                    continue;
                }
                Attribute condition = rule.body().attributes().get("condition");
                Attribute message = rule.body().attributes().get("error_message");
                if (condition == null) {
                    throw new HclException(
                            rule.position(), "Condition expression must return either true or false, not null");
                }
                Value holds;
                try {
                    holds = Conversion.convert(condition.value().value(root), Type.BOOL);
                    if (holds.isNull()) {
                        throw new HclException(null, "it must be true or false, not null");
                    }
                } catch (HclException e) {
                    throw e.position() != null
                            ? e
                            : new HclException(condition.position(), "Invalid condition result: " + e.getMessage());
                }
                if (!holds.bool()) {
                    Value text = message == null ? Value.NULL : message.value().value(root);
                    throw new HclException(
                            condition.position(),
                            "The value of the variable " + name + " is not valid: "
                                    + (text.isNull()
                                            ? "This check failed, but has an invalid error message."
                                            : BakeTarget.string(text)));
                }
            }
        });
    }

    // Functions

    private void resolveFunction(String name, Position position) {
        if (root.function(name) != null) {
            return;
        }
        Block block = functions.get(name);
        if (block == null) {
            throw new UndefinedException(position, "function \"" + name + "\" does not exist");
        }
        if (!functionsInProgress.add(name)) {
            throw new HclException(position, "function cycle not allowed for " + name);
        }
        deeper(position);
        Attribute result = block.body().attributes().get("result");
        Attribute params = block.body().attributes().get("params");
        Attribute variadic = block.body().attributes().get("variadic_params");
        if (result == null) {
            throw new HclException(block.position(), "empty result not allowed for " + name);
        }
        if (params == null) {
            throw new HclException(block.position(), "empty params not allowed for " + name);
        }
        if (params.value().list() == null) {
            throw new HclException(params.position(), "A list of the names of the parameters is expected");
        }
        List<String> names = new ArrayList<>();
        for (Expression each : params.value().list()) {
            names.add(parameter(each));
        }
        String rest = variadic == null ? null : parameter(variadic.value());
        Set<String> known = new HashSet<>(names);
        if (rest != null) {
            known.add(rest);
        }
        load(root, result.value(), known, false);
        root.set(Function.defined(name, names, rest, result.value(), root));
        chain--;
    }

    private static String parameter(Expression expression) {
        String name = expression.keyword();
        if (name == null) {
            throw new HclException(expression.position(), "Each parameter name must be an identifier");
        }
        return name;
    }

    // References

    /**
     * What an expression refers to does not exist. An expression that does not need it may have a value nevertheless.
     */
    private static final class UndefinedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient HclException failure;

        UndefinedException(Position position, String message) {
            super(message, null, false, false);
            failure = new HclException(position, message);
        }
    }

    /** Evaluates what an expression refers to, so that it can be evaluated. */
    private void load(Scope scope, Expression expression, Set<String> parameters, boolean allowMissing) {
        List<String> calls = new ArrayList<>();
        expression.calls(calls::add);
        for (String call : calls) {
            optionally(allowMissing, () -> resolveFunction(call, expression.position()));
        }
        List<Expression.Reference> references = new ArrayList<>();
        expression.references(parameters, references::add);
        for (Expression.Reference reference : references) {
            if (BLOCKS.contains(reference.root()) && !definitions.isEmpty()) {
                loadDefinition(reference, allowMissing);
            } else {
                optionally(allowMissing, () -> resolveValue(scope, reference.root(), reference.position()));
            }
        }
    }

    private static void optionally(boolean allowMissing, Runnable action) {
        try {
            action.run();
        } catch (UndefinedException e) {
            if (!allowMissing) {
                throw e.failure;
            }
        }
    }

    private void loadDefinition(Expression.Reference reference, boolean allowMissing) {
        String type = reference.root();
        if (reference.steps().isEmpty()) {
            throw new HclException(reference.position(), "cannot access " + type + " as a variable");
        }
        if (!(reference.steps().get(0) instanceof String name)) {
            throw new HclException(reference.position(), "cannot traverse " + type + " without attribute");
        }
        Set<String> wanted = reference.steps().size() > 1 && reference.steps().get(1) instanceof String attribute
                ? Set.of(attribute)
                : null;
        for (Definition each : definitions.getOrDefault(type, Map.of()).getOrDefault(name, List.of())) {
            boolean first = !each.referenced;
            each.referenced = true;
            optionally(allowMissing, () -> resolve(each, wanted));
            if (first) {
                each.instances.forEach(instance -> publish(type, instance));
            }
        }
    }

    // Targets and groups

    /** @param wanted the attributes to evaluate; null for all */
    private void resolve(Definition definition, Set<String> wanted) {
        Block block = definition.block;
        deeper(block.position());
        boolean isGroup = block.type().equals("group");
        if (root.variable(block.type()) == null) {
            root.set(block.type(), Value.map(Type.map(Type.STRING), Map.of()));
        }
        if (definition.instances == null) {
            definition.instances = instances(block, isGroup);
        }
        for (Instance instance : definition.instances) {
            Set<String> attributes = new HashSet<>(block.body().attributes().keySet());
            attributes.retainAll(isGroup ? Set.of("description", "targets") : BakeTarget.ATTRIBUTES);
            attributes.removeAll(instance.done);
            if (wanted != null) {
                Set<String> left = new HashSet<>(wanted);
                left.removeAll(instance.done);
                if (left.isEmpty()) {
                    break;
                }
                for (String each : left) {
                    if (!instance.inProgress.add(each)) {
                        throw new HclException(
                                block.position(),
                                "reference cycle not allowed for " + block.type() + "." + instance.name + "." + each);
                    }
                }
                attributes.retainAll(left);
            }
            List<Attribute> values = attributes.stream()
                    .sorted()
                    .map(block.body().attributes()::get)
                    .toList();
            values.forEach(each -> load(instance.scope, each.value(), Set.of(), true));
            if (isGroup
                    && !instance.done.contains("targets")
                    && !block.body().attributes().containsKey("targets")
                    && (wanted == null || wanted.contains("targets"))) {
                throw new HclException(block.position(), "The argument \"targets\" is required, but was not set");
            }
            values.forEach(each -> set(instance, each));
            values.forEach(each -> instance.done.add(each.name()));
            if (wanted != null) {
                instance.done.addAll(wanted);
            }
            if (definition.referenced) {
                publish(block.type(), instance);
            }
        }
        chain--;
    }

    private static void set(Instance instance, Attribute attribute) {
        Value value = attribute.value().value(instance.scope);
        try {
            if (instance.target != null) {
                instance.target.set(attribute.name(), value);
            } else if (attribute.name().equals("targets")) {
                instance.group.targets = BakeTarget.strings(value);
            } else {
                String description = BakeTarget.string(value);
                if (description == null) {
                    throw new HclException(null, "a string is required");
                }
                instance.group.description = description;
            }
        } catch (HclException | BakeException e) {
            throw new HclException(
                    attribute.value().position(),
                    "Unsuitable value for \"" + attribute.name() + "\": " + e.getMessage());
        }
    }

    private void publish(String type, Instance instance) {
        Map<String, Value> all = new TreeMap<>(Value.KEYS);
        all.putAll(root.variable(type).attributes());
        all.put(
                instance.name,
                instance.target != null
                        ? instance.target.value()
                        : Value.object(Map.of(
                                "name", Value.of(instance.name),
                                "description", Value.of(instance.group.description),
                                "targets",
                                        instance.group.targets == null
                                                ? Value.ofNull(Type.list(Type.STRING))
                                                : Value.strings(instance.group.targets))));
        root.set(type, Value.object(all));
    }

    private List<Instance> instances(Block block, boolean isGroup) {
        String label = block.labels().get(0);
        Attribute matrix = block.body().attributes().get("matrix");
        if (matrix == null) {
            return List.of(new Instance(root, label, isGroup));
        }
        if (isGroup) {
            throw new HclException(matrix.position(), "matrix is not supported for groups");
        }
        load(root, matrix.value(), Set.of(), true);
        Value axes = matrix.value().value(root);
        if (axes.isNull() || !axes.type().is(Type.Kind.MAP, Type.Kind.OBJECT)) {
            throw new HclException(matrix.position(), "matrix must be a map");
        }
        List<Map<String, Value>> combinations = new ArrayList<>(List.of(Map.of()));
        for (Map.Entry<String, Value> axis : axes.attributes().entrySet()) {
            if (!axis.getValue().iterable()) {
                throw new HclException(matrix.position(), "matrix values must be a list");
            }
            List<Map<String, Value>> longer = new ArrayList<>();
            if ((long) combinations.size() * axis.getValue().length() > MAX_TARGETS) {
                throw new HclException(matrix.position(), "The matrix makes more than " + MAX_TARGETS + " targets");
            }
            for (Value each : axis.getValue().elements()) {
                for (Map<String, Value> begun : combinations) {
                    Map<String, Value> one = new HashMap<>(begun);
                    one.put(axis.getKey(), each);
                    longer.add(one);
                }
            }
            combinations = longer;
        }
        targets += combinations.size();
        if (targets > MAX_TARGETS) {
            throw new HclException(matrix.position(), "The file makes more than " + MAX_TARGETS + " targets");
        }
        return combinations.stream()
                .map(each -> new Instance(each.isEmpty() ? root : root.child(each), label, false))
                .toList();
    }
}
