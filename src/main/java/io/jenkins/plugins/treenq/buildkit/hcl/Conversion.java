// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import io.jenkins.plugins.treenq.buildkit.hcl.Type.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Converts values between types, and determines the type that several types have in common, like cty's package
 * {@code convert}.
 */
public final class Conversion {
    private Conversion() {}

    /** @throws HclException if the value cannot be converted to the type */
    public static Value convert(Value value, Type type) {
        if (type.kind() == Kind.DYNAMIC || value.type().equals(type)) {
            return value;
        }
        if (!possible(value.type(), type, true)) {
            throw new HclException(null, mismatch(value.type(), type));
        }
        return apply(value, type);
    }

    private static String mismatch(Type given, Type wanted) {
        return switch (wanted.kind()) {
            case STRING -> "string required";
            case NUMBER -> "a number is required";
            case BOOL -> "a bool is required";
            case OBJECT -> {
                if (given.kind() == Kind.OBJECT) {
                    for (Map.Entry<String, Type> each : wanted.attributes().entrySet()) {
                        Type has = given.attributes().get(each.getKey());
                        if (has == null && !wanted.optional().contains(each.getKey())) {
                            yield "attribute \"" + each.getKey() + "\" is required";
                        } else if (has != null && !possible(has, each.getValue(), true)) {
                            yield "attribute \"" + each.getKey() + "\": " + mismatch(has, each.getValue());
                        }
                    }
                }
                yield "object required";
            }
            default -> wanted.friendlyName() + " required, but have " + given.friendlyName();
        };
    }

    /**
     * Returns whether all values of one type can be converted to another type; if {@code unsafe}, whether some of them
     * can.
     */
    private static boolean possible(Type in, Type out, boolean unsafe) {
        if (out.kind() == Kind.DYNAMIC || in.equals(out)) {
            return true;
        }
        if (in.kind() == Kind.DYNAMIC) {
            return unsafe;
        }
        if (in.primitive() && out.primitive()) {
            return out.kind() == Kind.STRING || unsafe && in.kind() == Kind.STRING;
        }
        return switch (out.kind()) {
            case OBJECT ->
                switch (in.kind()) {
                    case OBJECT ->
                        out.attributes().entrySet().stream().allMatch(each -> {
                            Type has = in.attributes().get(each.getKey());
                            return has == null
                                    ? out.optional().contains(each.getKey())
                                    : possible(has, each.getValue(), unsafe);
                        });
                    case MAP ->
                        unsafe
                                && out.attributes().entrySet().stream()
                                        .allMatch(each -> out.optional().contains(each.getKey())
                                                || possible(in.element(), each.getValue(), unsafe));
                    default -> false;
                };
            case TUPLE ->
                in.kind() == Kind.TUPLE && in.of().size() == out.of().size() && indexed(in.of(), out.of(), unsafe);
            case LIST, SET ->
                switch (in.kind()) {
                    case LIST -> (out.kind() == Kind.LIST || unsafe) && possible(in.element(), out.element(), unsafe);
                    case SET -> possible(in.element(), out.element(), unsafe);
                    case TUPLE -> elements(in.of(), out.element(), unsafe);
                    default -> false;
                };
            case MAP ->
                switch (in.kind()) {
                    case MAP -> possible(in.element(), out.element(), unsafe);
                    case OBJECT -> elements(in.attributes().values(), out.element(), unsafe);
                    default -> false;
                };
            default -> false;
        };
    }

    private static boolean indexed(List<Type> in, List<Type> out, boolean unsafe) {
        for (int i = 0; i < in.size(); i++) {
            if (!possible(in.get(i), out.get(i), unsafe)) {
                return false;
            }
        }
        return true;
    }

    private static boolean elements(Collection<Type> in, Type element, boolean unsafe) {
        if (element.kind() == Kind.DYNAMIC && !in.isEmpty()) {
            Optional<Type> common = unify(List.copyOf(in), unsafe);
            return common.isPresent()
                    && (common.get().kind() != Kind.DYNAMIC
                            || in.stream().allMatch(each -> each.kind() == Kind.DYNAMIC));
        }
        return in.stream().allMatch(each -> possible(each, element, unsafe));
    }

    private static Value apply(Value value, Type type) {
        if (type.kind() == Kind.DYNAMIC || value.type().equals(type)) {
            return value;
        }
        if (value.isNull()) {
            return Value.ofNull(type.required());
        }
        return switch (type.kind()) {
            case STRING ->
                Value.of(
                        value.type().kind() == Kind.NUMBER
                                ? Numbers.text(value.number())
                                : String.valueOf(value.bool()));
            case NUMBER -> Value.of(Numbers.parse(value.string()));
            case BOOL -> bool(value.string());
            case LIST -> {
                List<Value> elements = elements(value, type.element());
                yield Value.list(elementType(elements, value, type), elements);
            }
            case SET -> {
                List<Value> elements = elements(value, type.element());
                yield Value.set(elementType(elements, value, type), elements);
            }
            case MAP -> {
                Map<String, Value> elements = new TreeMap<>(Value.KEYS);
                List<Value> converted = elements(value, type.element());
                int i = 0;
                for (String key : value.attributes().keySet()) {
                    elements.put(key, converted.get(i++));
                }
                yield Value.map(elementType(converted, value, type), elements);
            }
            case TUPLE -> {
                List<Value> elements = new ArrayList<>();
                for (int i = 0; i < value.length(); i++) {
                    elements.add(apply(value.elements().get(i), type.of().get(i)));
                }
                yield Value.tuple(elements);
            }
            case OBJECT -> {
                Map<String, Value> attributes = new TreeMap<>(Value.KEYS);
                type.attributes().forEach((name, wanted) -> {
                    Value has = value.attributes().get(name);
                    if (has != null) {
                        attributes.put(name, convert(has, wanted));
                    } else if (type.optional().contains(name)) {
                        attributes.put(name, Value.ofNull(wanted.required()));
                    } else {
                        throw new HclException(null, "map has no element for required attribute \"" + name + "\"");
                    }
                });
                yield Value.object(attributes);
            }
            case DYNAMIC -> value;
        };
    }

    /**
     * Returns the elements of a value after converting each to the given type, and then all of them to their common
     * type.
     */
    private static List<Value> elements(Value value, Type element) {
        Type wanted = element;
        if (element.kind() == Kind.DYNAMIC && value.length() > 0) {
            List<Type> types = value.elements().stream().map(Value::type).toList();
            wanted = unify(types, true)
                    .orElseThrow(() -> new HclException(null, "cannot find a common base type for all elements"));
        }
        List<Value> converted = new ArrayList<>();
        for (Value each : value.elements()) {
            converted.add(apply(each, wanted));
        }
        List<Type> types = converted.stream().map(Value::type).distinct().toList();
        if (types.size() <= 1) {
            return converted;
        }
        Type common = unify(types, true)
                .orElseThrow(() -> new HclException(null, "cannot find a common base type for all elements"));
        return converted.stream().map(each -> convert(each, common)).toList();
    }

    private static Type elementType(List<Value> elements, Value value, Type type) {
        if (!elements.isEmpty()) {
            return elements.get(0).type();
        }
        boolean collection = value.type().is(Kind.LIST, Kind.SET, Kind.MAP);
        return type.element().kind() == Kind.DYNAMIC && collection
                ? value.type().element()
                : type.element().required();
    }

    private static Value bool(String text) {
        return switch (text) {
            case "true", "1" -> Value.TRUE;
            case "false", "0" -> Value.FALSE;
            default -> {
                String lower = text.toLowerCase(Locale.ROOT);
                throw new HclException(
                        null,
                        lower.equals("true") || lower.equals("false")
                                ? "a bool is required; to convert from string, use lowercase \"" + lower + "\""
                                : "a bool is required");
            }
        };
    }

    /** Returns the type to which values of all these types can be converted; empty if there is none. */
    static Optional<Type> unify(List<Type> types, boolean unsafe) {
        if (types.isEmpty()) {
            return Optional.empty();
        }
        if (types.stream().distinct().count() == 1) {
            return Optional.of(types.get(0));
        }
        int dynamic = count(types, Kind.DYNAMIC);
        int objects = count(types, Kind.OBJECT);
        int tuples = count(types, Kind.TUPLE);
        int lists = count(types, Kind.LIST);
        int maps = count(types, Kind.MAP);
        int sets = count(types, Kind.SET);
        int all = types.size();
        if (dynamic > 0
                && all - dynamic == Math.max(Math.max(Math.max(objects, tuples), Math.max(lists, maps)), sets)
                && all > dynamic) {
            return Optional.of(Type.DYNAMIC);
        }
        if (maps == all) {
            return unify(elements(types), unsafe).map(Type::map);
        } else if (lists == all) {
            return unify(elements(types), unsafe).map(Type::list);
        } else if (sets == all) {
            return unify(elements(types), unsafe).map(Type::set);
        } else if (maps > 0 && maps + objects + dynamic == all) {
            Optional<Type> common = mixed(types, Kind.OBJECT, Conversion::objectsToMap, unsafe);
            if (common.filter(type -> type.kind() == Kind.MAP).isPresent()) {
                return common;
            }
        } else if (lists > 0 && lists + tuples + dynamic == all) {
            Optional<Type> common = mixed(types, Kind.TUPLE, Conversion::tuplesToList, unsafe);
            if (common.filter(type -> type.kind() == Kind.LIST).isPresent()) {
                return common;
            }
        } else if (objects == all) {
            return objects(types, unsafe);
        } else if (tuples == all) {
            return tuples(types, unsafe);
        } else if (objects > 0 && tuples > 0) {
            return Optional.empty();
        }
        List<Type> preferred = new ArrayList<>(types);
        preferred.sort((one, other) -> compare(one, other));
        for (Type wanted : preferred) {
            if (types.stream().allMatch(each -> possible(each, wanted, unsafe))) {
                return Optional.of(wanted);
            }
        }
        return Optional.empty();
    }

    private static int count(List<Type> types, Kind kind) {
        return (int) types.stream().filter(type -> type.kind() == kind).count();
    }

    private static List<Type> elements(List<Type> types) {
        return types.stream().map(Type::element).toList();
    }

    private static Optional<Type> mixed(
            List<Type> types,
            Kind kind,
            Function<Boolean, Function<List<Type>, Optional<Type>>> common,
            boolean unsafe) {
        Optional<Type> one = common.apply(unsafe)
                .apply(types.stream().filter(type -> type.kind() == kind).toList());
        return one.flatMap(found -> unify(
                types.stream().map(type -> type.kind() == kind ? found : type).toList(), unsafe));
    }

    private static Function<List<Type>, Optional<Type>> objectsToMap(boolean unsafe) {
        return types -> unify(
                        types.stream()
                                .flatMap(type -> type.attributes().values().stream())
                                .toList(),
                        unsafe)
                .map(Type::map);
    }

    private static Function<List<Type>, Optional<Type>> tuplesToList(boolean unsafe) {
        return types -> unify(types.stream().flatMap(type -> type.of().stream()).toList(), unsafe)
                .map(Type::list);
    }

    private static Optional<Type> objects(List<Type> types, boolean unsafe) {
        Type first = types.get(0);
        if (types.stream()
                .anyMatch(type ->
                        !type.attributes().keySet().equals(first.attributes().keySet()))) {
            return objectsToMap(unsafe).apply(types).filter(map -> allPossible(types, map, unsafe));
        }
        Map<String, Type> attributes = new TreeMap<>(Value.KEYS);
        for (String name : first.attributes().keySet()) {
            Optional<Type> common = unify(
                    types.stream().map(type -> type.attributes().get(name)).toList(), unsafe);
            if (common.isEmpty()) {
                return Optional.empty();
            }
            attributes.put(name, common.get());
        }
        return Optional.of(Type.object(attributes));
    }

    private static Optional<Type> tuples(List<Type> types, boolean unsafe) {
        Type first = types.get(0);
        if (types.stream().anyMatch(type -> type.of().size() != first.of().size())) {
            return tuplesToList(unsafe).apply(types).filter(list -> allPossible(types, list, unsafe));
        }
        List<Type> elements = new ArrayList<>();
        for (int i = 0; i < first.of().size(); i++) {
            int index = i;
            Optional<Type> common =
                    unify(types.stream().map(type -> type.of().get(index)).toList(), unsafe);
            if (common.isEmpty()) {
                return Optional.empty();
            }
            elements.add(common.get());
        }
        return Optional.of(Type.tuple(elements));
    }

    private static boolean allPossible(List<Type> types, Type wanted, boolean unsafe) {
        return types.stream().allMatch(type -> possible(type, wanted, unsafe));
    }

    /** The more general type comes first. */
    private static int compare(Type one, Type other) {
        return Integer.compare(rank(one), rank(other));
    }

    private static int rank(Type type) {
        return switch (type.kind()) {
            case STRING, LIST, MAP -> 0;
            case NUMBER, BOOL, OBJECT, TUPLE -> 1;
            case SET -> 2;
            case DYNAMIC -> 3;
        };
    }
}
