// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.model.Descriptor.FormException;
import hudson.model.Item;
import hudson.util.ListBoxModel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Checks the names of builders and the hosts of registries, which must be unique in each scope. */
final class UniqueNames {
    private UniqueNames() {}

    static List<BuildkitBuilder> uniqueBuilders(@CheckForNull List<BuildkitBuilder> builders) {
        return unique(builders, BuildkitBuilder::getName, Messages::Names_duplicateBuilder);
    }

    static List<Registry> uniqueRegistries(@CheckForNull List<Registry> registries) {
        return unique(registries, Registry::getHost, Messages::Names_duplicateRegistry);
    }

    /** @throws IllegalArgumentException if two items have the same key */
    private static <T> List<T> unique(
            @CheckForNull List<T> items, Function<T, String> key, Function<Object, String> message) {
        Set<String> seen = new HashSet<>();
        for (T item : Util.fixNull(items)) {
            if (!seen.add(key.apply(item))) {
                throw new IllegalArgumentException(message.apply(key.apply(item)));
            }
        }
        return new ArrayList<>(Util.fixNull(items));
    }

    /**
     * Checks that the default builder exists.
     *
     * @param name name of the default builder; null for none
     * @throws IllegalArgumentException if there is no such builder; the message lists the existing ones
     */
    static void requireDefault(@CheckForNull String name, Collection<BuildkitBuilder> builders) {
        List<String> names =
                builders.stream().map(BuildkitBuilder::getName).distinct().toList();
        if (name != null && !names.contains(name)) {
            throw new IllegalArgumentException(
                    names.isEmpty()
                            ? Messages.Names_noBuilderForDefault(name)
                            : Messages.Names_notTheDefault(
                                    name,
                                    names.stream().map(each -> "'" + each + "'").collect(Collectors.joining(", "))));
        }
    }

    /**
     * Returns the message of a setter of this plugin, which is written for users; null if the failure has another
     * origin.
     */
    @CheckForNull
    static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        // Java throws subclasses of this exception. Their messages, and those of the exceptions around this one, are
        // not used, because they can contain the whole input.
        return root.getClass() == IllegalArgumentException.class ? root.getMessage() : null;
    }

    /** Returns the exception by which a form rejects its values. */
    static FormException refused(IllegalArgumentException failure) {
        String reason = reason(failure);
        return new FormException(reason == null ? Messages.Names_otherKind() : reason, failure, "builders");
    }

    /**
     * Returns the builders that a form offers as the default builder.
     *
     * @param present the current default builder, which is always included, even if there is no such builder
     */
    static ListBoxModel choice(@CheckForNull Item item, @CheckForNull String present) {
        ListBoxModel names = new ListBoxModel();
        if (ConfigurationPermissions.isDenied(item)) {
            return names;
        }
        names.add(item == null ? Messages.Names_firstBuilder() : Messages.Names_firstBuilderOfFolder(), "");
        JobConfiguration.of(item)
                .builders()
                .forEach(builder -> names.add(builder.item().getName()));
        String name = Util.fixEmptyAndTrim(present);
        if (name != null && names.stream().noneMatch(option -> option.value.equals(name))) {
            names.add(Messages.Names_noSuchBuilder(name), name);
        }
        return names;
    }
}
