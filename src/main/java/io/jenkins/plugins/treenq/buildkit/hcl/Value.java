// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.hcl;

import java.math.BigDecimal;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A value of the language.
 *
 * @param raw null for a null; else a String, BigDecimal, Boolean, a list of values, or a sorted map of them
 */
public record Value(Type type, Object raw) {
    /** The order of keys by their bytes in UTF-8, like Go's order of strings. */
    public static final Comparator<String> KEYS = (one, other) -> {
        int end = Math.min(one.length(), other.length());
        for (int i = 0; i < end; i++) {
            char a = one.charAt(i);
            char b = other.charAt(i);
            if (a != b) {
                boolean surrogateA = Character.isSurrogate(a);
                boolean surrogateB = Character.isSurrogate(b);
                return surrogateA == surrogateB ? Character.compare(a, b) : surrogateA ? 1 : -1;
            }
        }
        return Integer.compare(one.length(), other.length());
    };

    public static final Value TRUE = new Value(Type.BOOL, true);
    public static final Value FALSE = new Value(Type.BOOL, false);
    /** The null that is written in a file, whose type is unknown. */
    public static final Value NULL = new Value(Type.DYNAMIC, null);

    public static final Value EMPTY_TUPLE = tuple(List.of());

    public static Value ofNull(Type type) {
        return new Value(type, null);
    }

    /** Returns a string in Unicode's normalization form C, like cty. */
    public static Value of(String text) {
        return new Value(Type.STRING, Normalizer.normalize(text, Normalizer.Form.NFC));
    }

    public static Value of(boolean value) {
        return value ? TRUE : FALSE;
    }

    public static Value of(long number) {
        return of(BigDecimal.valueOf(number));
    }

    public static Value of(BigDecimal number) {
        return new Value(Type.NUMBER, Numbers.checked(number));
    }

    public static Value tuple(Collection<Value> elements) {
        return new Value(Type.tuple(elements.stream().map(Value::type).toList()), List.copyOf(elements));
    }

    public static Value object(Map<String, Value> attributes) {
        SortedMap<String, Value> sorted = sorted(attributes);
        Map<String, Type> types = new TreeMap<>(KEYS);
        sorted.forEach((name, value) -> types.put(name, value.type()));
        return new Value(Type.object(types), sorted);
    }

    /** Returns a list, whose elements must all have the same type. */
    public static Value list(Type element, Collection<Value> elements) {
        return new Value(Type.list(element), List.copyOf(elements));
    }

    public static Value strings(Collection<String> elements) {
        return list(Type.STRING, elements.stream().map(Value::of).toList());
    }

    public static Value map(Type element, Map<String, Value> elements) {
        return new Value(Type.map(element), sorted(elements));
    }

    /** Returns a set without duplicates, in an order that depends only on the elements. */
    public static Value set(Type element, Collection<Value> elements) {
        List<Value> distinct = new ArrayList<>();
        for (Value each : elements) {
            if (!distinct.contains(each)) {
                distinct.add(each);
            }
        }
        distinct.sort(Value::order);
        return new Value(Type.set(element), List.copyOf(distinct));
    }

    private static SortedMap<String, Value> sorted(Map<String, Value> values) {
        SortedMap<String, Value> sorted = new TreeMap<>(KEYS);
        sorted.putAll(values);
        return sorted;
    }

    private static int order(Value one, Value other) {
        if (one.isNull() || other.isNull()) {
            return Boolean.compare(other.isNull(), one.isNull());
        }
        return switch (one.type.kind()) {
            case NUMBER -> one.number().compareTo(other.number());
            case STRING -> KEYS.compare(one.string(), other.string());
            case BOOL -> Boolean.compare(one.bool(), other.bool());
            default -> KEYS.compare(Json.write(one), Json.write(other));
        };
    }

    public boolean isNull() {
        return raw == null;
    }

    private Object content() {
        return Objects.requireNonNull(raw);
    }

    public String string() {
        return (String) content();
    }

    public BigDecimal number() {
        return (BigDecimal) content();
    }

    public boolean bool() {
        return (Boolean) content();
    }

    /** Returns the elements of a list, set or tuple, or the values of a map or object in the order of the keys. */
    @SuppressWarnings("unchecked")
    public List<Value> elements() {
        return content() instanceof List<?> list
                ? (List<Value>) list
                : List.copyOf(((SortedMap<String, Value>) content()).values());
    }

    /** Returns the elements of a map or the attributes of an object. */
    @SuppressWarnings("unchecked")
    public SortedMap<String, Value> attributes() {
        return (SortedMap<String, Value>) content();
    }

    public int length() {
        return content() instanceof List<?> list ? list.size() : attributes().size();
    }

    public boolean iterable() {
        return !isNull() && !type.primitive() && type.kind() != Type.Kind.DYNAMIC;
    }

    /** Returns the keys of {@link #elements} in a {@code for} expression. */
    public List<Value> keys() {
        return switch (type.kind()) {
            case MAP, OBJECT -> attributes().keySet().stream().map(Value::of).toList();
            case SET -> elements();
            default -> {
                List<Value> numbers = new ArrayList<>();
                for (int i = 0; i < length(); i++) {
                    numbers.add(of(i));
                }
                yield numbers;
            }
        };
    }

    /**
     * Returns whether two values are equal by {@code ==}. Nulls of all types are equal, and values of different types
     * are not.
     */
    @Override
    public boolean equals(Object object) {
        if (!(object instanceof Value other)) {
            return false;
        }
        if (isNull() || other.isNull()) {
            return isNull() && other.isNull();
        }
        if (!type.equals(other.type)) {
            return false;
        }
        if (type.kind() == Type.Kind.NUMBER) {
            return number().compareTo(other.number()) == 0;
        }
        if (raw instanceof SortedMap<?, ?>) {
            if (!attributes().keySet().equals(other.attributes().keySet())) {
                return false;
            }
        }
        if (type.primitive()) {
            return content().equals(other.content());
        }
        Iterator<Value> others = other.elements().iterator();
        for (Value each : elements()) {
            if (!others.hasNext() || !each.equals(others.next())) {
                return false;
            }
        }
        return !others.hasNext();
    }

    @Override
    public int hashCode() {
        return raw == null
                ? 0
                : type.kind() == Type.Kind.NUMBER
                        ? number().stripTrailingZeros().hashCode()
                        : raw.hashCode();
    }

    @Override
    public String toString() {
        return Json.write(this);
    }
}
