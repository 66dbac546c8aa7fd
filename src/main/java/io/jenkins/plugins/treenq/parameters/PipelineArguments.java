// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.parameters;

import hudson.AbortException;
import hudson.ExtensionList;
import hudson.model.Descriptor;
import hudson.util.EditDistance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jenkinsci.plugins.structs.SymbolLookup;
import org.jenkinsci.plugins.structs.describable.ArrayType;
import org.jenkinsci.plugins.structs.describable.DescribableModel;
import org.jenkinsci.plugins.structs.describable.DescribableParameter;
import org.jenkinsci.plugins.structs.describable.ParameterType;
import org.jenkinsci.plugins.structs.describable.UninstantiatedDescribable;

/**
 * Converts the arguments of a step in a Jenkinsfile to the types that the step's class declares. Numbers and booleans
 * are accepted as texts, and a single value is accepted as a list. Nested arguments are converted in the same way.
 *
 * <p>An invalid argument fails the step with a message of one line. For an unknown argument, the message suggests the
 * argument with the most similar name; Jenkins itself would only print a warning. For a value of a wrong type, the
 * message names the expected type and the kind of the value. The value itself can contain a secret, and Jenkins prints
 * the message where the secrets of {@code withCredentials} are no longer masked.
 */
public final class PipelineArguments {
    private static final String ANONYMOUS = UninstantiatedDescribable.ANONYMOUS_KEY;

    /** Words that are mistaken for true or false. Messages repeat them, because they are not secret. */
    private static final Set<String> TEXT_FOR_BOOLEAN =
            Set.of("yes", "no", "on", "off", "True", "False", "TRUE", "FALSE");

    /** The name of the function that gets the arguments, as a Jenkinsfile calls it. */
    private final String function;

    private final DescribableModel<?> model;

    private PipelineArguments(String function, DescribableModel<?> model) {
        this.function = function;
        this.model = model;
    }

    /**
     * @param function name of the called function, such as {@code treenqBuild}
     * @param type class that is instantiated with the arguments
     * @throws AbortException if the arguments are invalid for the class. The exception is not declared, because the
     *     interface of Jenkins declares none
     */
    public static Map<String, Object> bindable(String function, Class<?> type, Map<String, Object> arguments) {
        return new PipelineArguments(function, DescribableModel.of(type)).bindable(arguments);
    }

    private Map<String, Object> bindable(Map<String, ?> arguments) {
        Map<String, Object> bindable = new LinkedHashMap<>();
        arguments.forEach((name, value) -> bindable.put(name, bindable(name, value)));
        return bindable;
    }

    private Object bindable(String name, Object value) {
        DescribableParameter parameter =
                name.equals(ANONYMOUS) ? model.getSoleRequiredParameter() : model.getParameter(name);
        if (parameter == null) {
            throw name.equals(ANONYMOUS)
                    ? refused(function + " takes arguments with names, such as "
                            + names().iterator().next() + ": …")
                    : refused(function + " has no argument '" + name + "'; did you mean '"
                            + EditDistance.findNearest(name, names()) + "'?");
        }
        if (value == null) {
            return null;
        }
        ParameterType type = parameter.getType();
        return type instanceof ArrayType list
                ? list(parameter.getName(), value, list.getElementType())
                : single(parameter.getName(), value, parameter.getErasedType());
    }

    private Collection<String> names() {
        return model.getParameters().stream()
                .map(DescribableParameter::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private List<Object> list(String name, Object value, ParameterType of) {
        Collection<?> values = value instanceof Object[] array
                ? Arrays.asList(array)
                : value instanceof Collection<?> all ? all : List.of(value);
        Class<?> element = of.getActualType() instanceof Class<?> known ? known : Object.class;
        List<Object> bindable = new ArrayList<>();
        values.forEach(each -> bindable.add(each == null ? null : single(name, each, element)));
        return bindable;
    }

    private Object single(String name, Object value, Class<?> type) {
        if (type == String.class) {
            if (value instanceof CharSequence
                    || value instanceof Number
                    || value instanceof Boolean
                    || value instanceof Enum) {
                return value.toString();
            }
            throw refused(name + " of " + function + " takes a string, and not " + kind(value));
        }
        if (type == boolean.class || type == Boolean.class) {
            return switch (value.toString()) {
                case "true" -> true;
                case "false" -> false;
                default ->
                    throw refused(name + " of " + function + " takes true or false, and not "
                            + (TEXT_FOR_BOOLEAN.contains(value.toString()) ? "'" + value + "'" : kind(value)));
            };
        }
        if (type == int.class || type == Integer.class) {
            try {
                return Integer.valueOf(value.toString());
            } catch (NumberFormatException e) {
                throw refused(name + " of " + function + " takes a whole number, and not " + kind(value));
            }
        }
        if (value instanceof UninstantiatedDescribable nested) {
            return nested(nested, type);
        }
        if (value instanceof CharSequence || value instanceof Number || value instanceof Boolean) {
            throw refused(name + " of " + function + " takes " + symbols(type) + ", and not " + kind(value));
        }
        return value;
    }

    private static UninstantiatedDescribable nested(UninstantiatedDescribable nested, Class<?> base) {
        Descriptor<?> descriptor = nested.getKlass() != null || nested.getSymbol() == null
                ? null
                : SymbolLookup.get().findDescriptor(base, nested.getSymbol());
        if (descriptor == null) {
            return nested;
        }
        UninstantiatedDescribable bindable =
                nested.withArguments(new PipelineArguments(nested.getSymbol(), DescribableModel.of(descriptor.clazz))
                        .bindable(texts(nested)));
        bindable.setModel(nested.getModel());
        return bindable;
    }

    /** Maps of options are converted to lists of texts at this point, because the class declares lists. */
    private static Map<String, Object> texts(UninstantiatedDescribable nested) {
        return KeyValueList.bindable(new LinkedHashMap<>(nested.getArguments()), OptionsDescriptor.ASSIGNMENTS);
    }

    private static String symbols(Class<?> type) {
        String symbols = ExtensionList.lookup(Descriptor.class).stream()
                .filter(descriptor -> type.isAssignableFrom(descriptor.clazz))
                .flatMap(descriptor -> SymbolLookup.getSymbolValue(descriptor).stream())
                .sorted()
                .map(symbol -> symbol + "(…)")
                .collect(Collectors.joining(" or "));
        return symbols.isEmpty() ? "named arguments" : symbols;
    }

    private static String kind(Object value) {
        if (value instanceof Map) {
            return "a map";
        }
        if (value instanceof Collection || value instanceof Object[]) {
            return "a list";
        }
        if (value instanceof CharSequence) {
            return "a string";
        }
        if (value instanceof Number) {
            return "a number";
        }
        return value instanceof Boolean ? "true or false" : "something else";
    }

    /**
     * Throws an AbortException without declaring it. Of this type, Jenkins shows only the message; of others, Jenkins
     * also prints a stack trace.
     */
    private static RuntimeException refused(String message) {
        return PipelineArguments.<RuntimeException>unchecked(new AbortException(message));
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> RuntimeException unchecked(Exception failure) throws E {
        throw (E) failure;
    }
}
