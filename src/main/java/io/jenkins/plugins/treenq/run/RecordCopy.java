// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Copies records that an agent sent, with all that they contain. The copy has the types that the records declare, the
 * elements of their lists and maps included, which Java's deserialization does not check, and a bounded size. The
 * constructors of the records check the rest. Records contain texts, numbers, truth values, enums, lists, maps and
 * other records.
 */
final class RecordCopy {
    private static final int MOST_DEEP = 10;

    /** The number of values and of the texts' characters that may still be copied. */
    private int left;

    /** @param most the most values and characters in all copies together */
    RecordCopy(int most) {
        left = most;
    }

    /**
     * @throws IllegalArgumentException if a value has another type than its record declares, or the limit is exceeded
     */
    <T extends Record> T of(Class<T> type, @CheckForNull Object value) {
        return type.cast(copy(type, AgentAnswers.as(type, value), 0));
    }

    @CheckForNull
    private Object copy(Type type, @CheckForNull Object value, int depth) {
        take(1);
        if (value == null) {
            return null;
        }
        AgentAnswers.require(depth <= MOST_DEEP, "it is nested too deeply");
        if (type instanceof ParameterizedType generic) {
            return generic.getRawType() == List.class
                    ? list(generic.getActualTypeArguments()[0], AgentAnswers.as(List.class, value), depth)
                    : map(generic, AgentAnswers.as(Map.class, value), depth);
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isRecord()) {
            return record(plain, AgentAnswers.as(plain, value), depth);
        }
        if (plain == String.class) {
            String text = AgentAnswers.as(String.class, value);
            take(text.length());
            return text;
        }
        if (plain.isPrimitive() || plain.isEnum()) {
            // Deserialization has checked fields of these types.
            return value;
        }
        throw new IllegalArgumentException("it has a " + value.getClass().getName());
    }

    private List<Object> list(Type element, List<?> values, int depth) {
        List<Object> copies = new ArrayList<>();
        for (Object value : values) {
            copies.add(copy(element, value, depth + 1));
        }
        return copies;
    }

    private Map<Object, Object> map(ParameterizedType type, Map<?, ?> values, int depth) {
        Type[] types = type.getActualTypeArguments();
        Map<Object, Object> copies = type.getRawType() == SortedMap.class ? new TreeMap<>() : new LinkedHashMap<>();
        for (Map.Entry<?, ?> value : values.entrySet()) {
            copies.put(copy(types[0], value.getKey(), depth + 1), copy(types[1], value.getValue(), depth + 1));
        }
        return copies;
    }

    private Object record(Class<?> type, Object value, int depth) {
        RecordComponent[] components = type.getRecordComponents();
        List<Object> copies = new ArrayList<>();
        try {
            for (RecordComponent component : components) {
                component.getAccessor().setAccessible(true);
                copies.add(
                        copy(component.getGenericType(), component.getAccessor().invoke(value), depth + 1));
            }
            Constructor<?> constructor = type.getDeclaredConstructor(
                    Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(copies.toArray());
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("a " + type.getSimpleName() + " is wrong", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private void take(int size) {
        left -= size;
        AgentAnswers.require(left >= 0, "it is too large");
    }
}
