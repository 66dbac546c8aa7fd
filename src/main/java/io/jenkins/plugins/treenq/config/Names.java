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

/** Names of builders and hosts of registries, which are each given once at a place. */
final class Names {
    private Names() {}

    static List<BuildkitBuilder> uniqueBuilders(@CheckForNull List<BuildkitBuilder> builders) {
        return unique(builders, BuildkitBuilder::getName, Messages::Names_duplicateBuilder);
    }

    static List<Registry> uniqueRegistries(@CheckForNull List<Registry> registries) {
        return unique(registries, Registry::getHost, Messages::Names_duplicateRegistry);
    }

    /** @throws IllegalArgumentException when two have the same */
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
     * Refuses a default builder that is none.
     *
     * @param name null for none
     * @throws IllegalArgumentException that says which there are
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

    /** The reason that a setter gave, for people; null when it is not one of this plugin's. */
    @CheckForNull
    static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        // Subclasses are Java's own, and so are the texts of what is wrapped around it, which have all that was given.
        return root.getClass() == IllegalArgumentException.class ? root.getMessage() : null;
    }

    /** What a form says of a list that could not be taken. */
    static FormException refused(IllegalArgumentException failure) {
        String reason = reason(failure);
        return new FormException(reason == null ? Messages.Names_otherKind() : reason, failure, "builders");
    }

    /**
     * Those that can be the default, as a form offers them.
     *
     * @param present what is the default now, which is offered whether it is a builder or not
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
