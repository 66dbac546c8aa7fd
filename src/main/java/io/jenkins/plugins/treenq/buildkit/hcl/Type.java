// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A type of the language, as cty has them.
 *
 * @param of the type of the elements, for a list, set and map; the types of the elements, for a tuple
 * @param attributes the types of an object's attributes
 * @param optional the attributes that a value need not have to be converted to this type
 */
public record Type(Kind kind, List<Type> of, SortedMap<String, Type> attributes, Set<String> optional) {
    public enum Kind {
        STRING,
        NUMBER,
        BOOL,
        /** Any type: the type of a null whose type is unknown, and of parameters that accept all types. */
        DYNAMIC,
        LIST,
        SET,
        MAP,
        OBJECT,
        TUPLE
    }

    public static final Type STRING = primitive(Kind.STRING);
    public static final Type NUMBER = primitive(Kind.NUMBER);
    public static final Type BOOL = primitive(Kind.BOOL);
    public static final Type DYNAMIC = primitive(Kind.DYNAMIC);

    private static Type primitive(Kind kind) {
        return new Type(kind, List.of(), new TreeMap<>(), Set.of());
    }

    public static Type list(Type element) {
        return new Type(Kind.LIST, List.of(element), new TreeMap<>(), Set.of());
    }

    public static Type set(Type element) {
        return new Type(Kind.SET, List.of(element), new TreeMap<>(), Set.of());
    }

    public static Type map(Type element) {
        return new Type(Kind.MAP, List.of(element), new TreeMap<>(), Set.of());
    }

    public static Type tuple(Collection<Type> elements) {
        return new Type(Kind.TUPLE, List.copyOf(elements), new TreeMap<>(), Set.of());
    }

    public static Type object(Map<String, Type> attributes) {
        return object(attributes, Set.of());
    }

    public static Type object(Map<String, Type> attributes, Set<String> optional) {
        TreeMap<String, Type> sorted = new TreeMap<>(Value.KEYS);
        sorted.putAll(attributes);
        return new Type(Kind.OBJECT, List.of(), sorted, Set.copyOf(optional));
    }

    public boolean is(Kind first, Kind... others) {
        if (kind == first) {
            return true;
        }
        for (Kind other : others) {
            if (kind == other) {
                return true;
            }
        }
        return false;
    }

    public boolean primitive() {
        return is(Kind.STRING, Kind.NUMBER, Kind.BOOL);
    }

    public Type element() {
        return of.get(0);
    }

    /** Returns this type with all attributes required, also those of nested types. */
    Type required() {
        return switch (kind) {
            case LIST, SET, MAP -> new Type(kind, List.of(element().required()), attributes, Set.of());
            case TUPLE -> tuple(of.stream().map(Type::required).toList());
            case OBJECT -> {
                Map<String, Type> each = new TreeMap<>();
                attributes.forEach((name, type) -> each.put(name, type.required()));
                yield object(each);
            }
            default -> this;
        };
    }

    /** Returns the name of the type for messages, like cty. */
    public String friendlyName() {
        return switch (kind) {
            case STRING -> "string";
            case NUMBER -> "number";
            case BOOL -> "bool";
            case DYNAMIC -> "dynamic";
            case LIST -> "list of " + element().friendlyName();
            case SET -> "set of " + element().friendlyName();
            case MAP -> "map of " + element().friendlyName();
            case OBJECT -> "object";
            case TUPLE -> "tuple";
        };
    }

    /** Returns the name of the type as a constraint, like cty. */
    public String constraintName() {
        return switch (kind) {
            case DYNAMIC -> "any type";
            case LIST -> "list of " + element().constraintName();
            case SET -> "set of " + element().constraintName();
            case MAP -> "map of " + element().constraintName();
            default -> friendlyName();
        };
    }

    @Override
    public String toString() {
        return switch (kind) {
            case TUPLE -> of.stream().map(Type::toString).collect(Collectors.joining(", ", "tuple([", "])"));
            case OBJECT -> {
                List<String> parts = new ArrayList<>();
                attributes.forEach((name, type) -> parts.add(name + "=" + type));
                yield "object({" + String.join(",", parts) + "})";
            }
            default -> friendlyName();
        };
    }
}
