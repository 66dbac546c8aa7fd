// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import io.jenkins.plugins.treenq.buildkit.hcl.Function.Parameter;
import io.jenkins.plugins.treenq.buildkit.hcl.Type.Kind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/** Functions of lists, sets, tuples, maps and objects. */
final class CollectionFunctions {
    private static final Type ANY_LIST = Type.list(Type.DYNAMIC);
    private static final Type ANY_SET = Type.set(Type.DYNAMIC);

    private CollectionFunctions() {}

    static void define(BakeFunctions functions) {
        Parameter nullable = new Parameter("vals", Type.DYNAMIC, true);
        functions.add("length", (a, limits) -> Value.of(sequenceOrMap(a.get(0)).length()), Type.DYNAMIC);
        functions.add("element", (a, limits) -> element(a.get(0), a.get(1)), Type.DYNAMIC, Type.NUMBER);
        functions.add("index", (a, limits) -> indexed(a.get(0), a.get(1)), Type.DYNAMIC, Type.DYNAMIC);
        functions.add("hasindex", (a, limits) -> Value.of(hasIndex(a.get(0), a.get(1))), Type.DYNAMIC, Type.DYNAMIC);
        functions.add("indexof", (a, limits) -> indexOf(a.get(0), a.get(1)), Type.DYNAMIC, Type.DYNAMIC);
        functions.add(
                "contains",
                (a, limits) -> Value.of(sequence(a.get(0), Kind.LIST, Kind.TUPLE, Kind.SET)
                        .elements()
                        .contains(a.get(1))),
                Type.DYNAMIC,
                Type.DYNAMIC);
        functions.add("coalesce", List.of(), nullable, (a, limits) -> coalesce(a));
        functions.add("coalescelist", List.of(), nullable, (a, limits) -> a.stream()
                .filter(each ->
                        !each.isNull() && sequence(each, Kind.LIST, Kind.TUPLE).length() > 0)
                .findFirst()
                .orElseThrow(() -> new HclException(null, "no non-null arguments")));
        functions.add(
                "compact",
                (a, limits) -> Value.list(
                        Type.STRING,
                        a.get(0).elements().stream()
                                .filter(each -> !each.isNull() && !each.string().isEmpty())
                                .toList()),
                Type.list(Type.STRING));
        functions.add("concat", List.of(), Parameter.of("seqs", Type.DYNAMIC), CollectionFunctions::concat);
        functions.add("distinct", (a, limits) -> distinct(a.get(0)), ANY_LIST);
        functions.add("chunklist", (a, limits) -> chunks(a.get(0), Numbers.integer(a.get(1))), ANY_LIST, Type.NUMBER);
        functions.add(
                "flatten",
                (a, limits) -> {
                    List<Value> flat = new ArrayList<>();
                    flatten(sequence(a.get(0), Kind.LIST, Kind.SET, Kind.TUPLE), flat);
                    limits.use(flat.size());
                    return Value.tuple(flat);
                },
                Type.DYNAMIC);
        functions.add(
                "keys",
                (a, limits) -> {
                    List<Value> keys = mapping(a.get(0)).keys();
                    return a.get(0).type().kind() == Kind.MAP ? Value.list(Type.STRING, keys) : Value.tuple(keys);
                },
                Type.DYNAMIC);
        functions.add(
                "values",
                (a, limits) -> {
                    List<Value> values = mapping(a.get(0)).elements();
                    return a.get(0).type().kind() == Kind.MAP
                            ? Value.list(a.get(0).type().element(), values)
                            : Value.tuple(values);
                },
                Type.DYNAMIC);
        functions.add("lookup", (a, limits) -> lookup(a), Type.DYNAMIC, Type.STRING, Type.DYNAMIC);
        functions.add("merge", List.of(), new Parameter("maps", Type.DYNAMIC, true), (a, limits) -> merge(a));
        functions.add("reverselist", (a, limits) -> reverse(a.get(0)), Type.DYNAMIC);
        functions.add("slice", (a, limits) -> slice(a), Type.DYNAMIC, Type.NUMBER, Type.NUMBER);
        functions.add("sort", (a, limits) -> sort(a.get(0)), Type.list(Type.STRING));
        functions.add("zipmap", (a, limits) -> zip(a.get(0), a.get(1)), Type.list(Type.STRING), Type.DYNAMIC);
        functions.add("setproduct", List.of(), Parameter.of("sets", Type.DYNAMIC), CollectionFunctions::product);
        functions.add(
                "sethaselement",
                (a, limits) -> Value.of(a.get(0).elements().contains(a.get(1))),
                ANY_SET,
                Type.DYNAMIC);
        sets(functions, "setunion", (one, other) -> {
            List<Value> union = new ArrayList<>(one);
            union.addAll(other);
            return union;
        });
        sets(functions, "setintersection", (one, other) -> one.stream()
                .filter(other::contains)
                .toList());
        sets(functions, "setsymmetricdifference", (one, other) -> {
            List<Value> difference = new ArrayList<>(minus(one, other));
            difference.addAll(minus(other, one));
            return difference;
        });
        functions.add("setsubtract", (a, limits) -> combined(a, CollectionFunctions::minus, limits), ANY_SET, ANY_SET);
    }

    private static List<Value> minus(List<Value> one, List<Value> other) {
        return one.stream().filter(each -> !other.contains(each)).toList();
    }

    private static Value sequence(Value value, Kind first, Kind... others) {
        if (!value.type().is(first, others)) {
            throw new HclException(
                    null,
                    "a list, a set or a tuple is required, not " + value.type().friendlyName());
        }
        return value;
    }

    private static Value sequenceOrMap(Value value) {
        return value.type().kind() == Kind.MAP ? value : sequence(value, Kind.LIST, Kind.SET, Kind.TUPLE);
    }

    private static Value mapping(Value value) {
        if (!value.type().is(Kind.MAP, Kind.OBJECT)) {
            throw new HclException(
                    null, "a map or an object is required, not " + value.type().friendlyName());
        }
        return value;
    }

    private static Value element(Value list, Value index) {
        List<Value> elements = sequence(list, Kind.LIST, Kind.TUPLE).elements();
        int number = Numbers.integer(index);
        if (elements.isEmpty()) {
            throw new HclException(null, "cannot use element function with an empty list");
        }
        return elements.get(Math.floorMod(number, elements.size()));
    }

    private static boolean hasIndex(Value collection, Value key) {
        if (!collection.type().is(Kind.LIST, Kind.TUPLE, Kind.MAP)) {
            throw new HclException(null, "collection must be a list, a map or a tuple");
        }
        if (collection.type().kind() == Kind.MAP) {
            return key.type().kind() == Kind.STRING && collection.attributes().containsKey(key.string());
        }
        return key.type().kind() == Kind.NUMBER
                && key.number().signum() >= 0
                && key.number().stripTrailingZeros().scale() <= 0
                && key.number().compareTo(BigDecimal.valueOf(collection.length())) < 0;
    }

    private static Value indexed(Value collection, Value key) {
        if (!hasIndex(collection, key)) {
            throw new HclException(null, "invalid index");
        }
        return Expressions.index(collection, key);
    }

    private static Value indexOf(Value list, Value value) {
        List<Value> elements = sequence(list, Kind.LIST, Kind.TUPLE).elements();
        if (elements.isEmpty()) {
            throw new HclException(null, "cannot search an empty list");
        }
        int index = elements.indexOf(value);
        if (index < 0) {
            throw new HclException(null, "item not found");
        }
        return Value.of(index);
    }

    private static Value coalesce(List<Value> values) {
        Type type = Conversion.unify(values.stream().map(Value::type).toList(), true)
                .orElseThrow(() -> new HclException(null, "all arguments must have the same type"));
        return values.stream()
                .filter(value -> !value.isNull())
                .findFirst()
                .map(value -> Conversion.convert(value, type))
                .orElseThrow(() -> new HclException(null, "no non-null arguments"));
    }

    private static Value concat(List<Value> sequences, EvaluationLimits limits) {
        if (sequences.isEmpty()) {
            throw new HclException(null, "at least one argument is required");
        }
        sequences.forEach(
                each -> limits.use(sequence(each, Kind.LIST, Kind.TUPLE).length()));
        if (sequences.stream().allMatch(each -> each.type().kind() == Kind.LIST)) {
            Optional<Type> common =
                    Conversion.unify(sequences.stream().map(Value::type).toList(), true);
            if (common.isPresent()) {
                List<Value> elements = new ArrayList<>();
                sequences.forEach(each ->
                        elements.addAll(Conversion.convert(each, common.get()).elements()));
                return Value.list(common.get().element(), elements);
            }
        }
        List<Value> elements = new ArrayList<>();
        sequences.forEach(each -> elements.addAll(each.elements()));
        return Value.tuple(elements);
    }

    private static Value distinct(Value list) {
        List<Value> distinct = new ArrayList<>();
        for (Value each : list.elements()) {
            if (!distinct.contains(each)) {
                distinct.add(each);
            }
        }
        return new Value(list.type(), List.copyOf(distinct));
    }

    private static Value chunks(Value list, int size) {
        if (size < 0) {
            throw new HclException(null, "the size argument must be positive");
        }
        List<Value> elements = list.elements();
        List<Value> chunks = new ArrayList<>();
        if (size == 0 && !elements.isEmpty()) {
            chunks.add(list);
        }
        for (int i = 0; size > 0 && i < elements.size(); i += size) {
            chunks.add(new Value(list.type(), List.copyOf(elements.subList(i, Math.min(i + size, elements.size())))));
        }
        return Value.list(list.type(), chunks);
    }

    private static void flatten(Value sequence, List<Value> flat) {
        for (Value each : sequence.elements()) {
            if (!each.isNull() && each.type().is(Kind.LIST, Kind.SET, Kind.TUPLE)) {
                flatten(each, flat);
            } else {
                flat.add(each);
            }
        }
    }

    private static Value lookup(List<Value> arguments) {
        Value map = mapping(arguments.get(0));
        Value found = map.attributes().get(arguments.get(1).string());
        Type type = map.type().kind() == Kind.MAP ? map.type().element() : Type.DYNAMIC;
        return found != null ? found : Conversion.convert(arguments.get(2), type);
    }

    private static Value merge(List<Value> maps) {
        Map<String, Value> merged = new TreeMap<>(Value.KEYS);
        for (Value each : maps) {
            if (each.type().kind() == Kind.DYNAMIC) {
                throw new HclException(null, "arguments must be maps or objects, and not null");
            }
            mapping(each);
            if (!each.isNull()) {
                merged.putAll(each.attributes());
            }
        }
        boolean map = !maps.isEmpty()
                && maps.get(0).type().kind() == Kind.MAP
                && maps.stream().allMatch(each -> each.type().equals(maps.get(0).type()));
        return map ? new Value(maps.get(0).type(), sorted(merged)) : Value.object(merged);
    }

    private static TreeMap<String, Value> sorted(Map<String, Value> values) {
        TreeMap<String, Value> sorted = new TreeMap<>(Value.KEYS);
        sorted.putAll(values);
        return sorted;
    }

    private static Value reverse(Value list) {
        List<Value> reversed =
                new ArrayList<>(sequence(list, Kind.LIST, Kind.SET, Kind.TUPLE).elements());
        Collections.reverse(reversed);
        return list.type().kind() == Kind.TUPLE
                ? Value.tuple(reversed)
                : Value.list(list.type().element(), reversed);
    }

    private static Value slice(List<Value> arguments) {
        Value list = sequence(arguments.get(0), Kind.LIST, Kind.TUPLE);
        int start = Numbers.integer(arguments.get(1));
        int end = Numbers.integer(arguments.get(2));
        if (start < 0 || end > list.length() || start > end) {
            throw new HclException(null, "start and end index must be in order, and between 0 and " + list.length());
        }
        List<Value> part = List.copyOf(list.elements().subList(start, end));
        return list.type().kind() == Kind.TUPLE ? Value.tuple(part) : new Value(list.type(), part);
    }

    private static Value sort(Value list) {
        List<String> strings = new ArrayList<>();
        for (Value each : list.elements()) {
            if (each.isNull()) {
                throw new HclException(null, "given list element is null; a null string cannot be sorted");
            }
            strings.add(each.string());
        }
        strings.sort(Value.KEYS);
        return Value.strings(strings);
    }

    private static Value zip(Value keys, Value values) {
        sequence(values, Kind.LIST, Kind.TUPLE);
        if (keys.length() != values.length()) {
            throw new HclException(
                    null,
                    "number of keys (" + keys.length() + ") does not match number of values (" + values.length() + ")");
        }
        Map<String, Value> zipped = new TreeMap<>(Value.KEYS);
        for (int i = 0; i < keys.length(); i++) {
            if (keys.elements().get(i).isNull()) {
                throw new HclException(null, "keys list has null value at index " + i);
            }
            zipped.put(keys.elements().get(i).string(), values.elements().get(i));
        }
        return values.type().kind() == Kind.LIST ? Value.map(values.type().element(), zipped) : Value.object(zipped);
    }

    private static Value product(List<Value> sets, EvaluationLimits limits) {
        if (sets.size() < 2) {
            throw new HclException(null, "at least two arguments are required");
        }
        List<Type> types = new ArrayList<>();
        List<List<Value>> converted = new ArrayList<>();
        long size = 1;
        for (Value each : sets) {
            sequence(each, Kind.LIST, Kind.SET, Kind.TUPLE);
            Type type = each.type().kind() != Kind.TUPLE
                    ? each.type().element()
                    : each.length() == 0
                            ? Type.DYNAMIC
                            : Conversion.unify(each.type().of(), true)
                                    .orElseThrow(() -> new HclException(null, "all elements must be of the same type"));
            types.add(type);
            converted.add(each.elements().stream()
                    .map(value -> Conversion.convert(value, type))
                    .toList());
            size *= each.length();
            limits.use(Math.max(size, 1) * sets.size());
        }
        List<List<Value>> products = new ArrayList<>(List.of(List.of()));
        for (List<Value> each : converted) {
            List<List<Value>> longer = new ArrayList<>();
            for (List<Value> begun : products) {
                for (Value value : each) {
                    List<Value> one = new ArrayList<>(begun);
                    one.add(value);
                    longer.add(one);
                }
            }
            products = longer;
        }
        List<Value> tuples = products.stream().map(Value::tuple).toList();
        return sets.stream().noneMatch(each -> each.type().kind() == Kind.SET)
                ? Value.list(Type.tuple(types), tuples)
                : Value.set(Type.tuple(types), tuples);
    }

    private static void sets(BakeFunctions functions, String name, BinaryOperator<List<Value>> operation) {
        functions.add(
                name,
                List.of(Parameter.of("first_set", ANY_SET)),
                Parameter.of("other_sets", ANY_SET),
                (a, limits) -> combined(a, operation, limits));
    }

    private static Value combined(List<Value> sets, BinaryOperator<List<Value>> operation, EvaluationLimits limits) {
        List<Type> types = sets.stream()
                .map(each -> each.type().element())
                .filter(type -> type.kind() != Kind.DYNAMIC)
                .toList();
        Type element = types.isEmpty()
                ? Type.DYNAMIC
                : Conversion.unify(types, true)
                        .orElseThrow(() -> new HclException(null, "given sets must all have compatible element types"));
        List<Value> combined = null;
        for (Value each : sets) {
            List<Value> elements = Conversion.convert(each, Type.set(element)).elements();
            limits.use(combined == null ? elements.size() : (long) elements.size() * (combined.size() + 1L));
            combined = combined == null ? elements : operation.apply(combined, elements);
        }
        return Value.set(element, combined);
    }
}
