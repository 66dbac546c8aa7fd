// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.model.Descriptor.FormException;
import hudson.model.Item;
import hudson.util.ComboBoxModel;
import hudson.util.FormValidation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

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

    /** What a form says of a list that could not be taken. */
    static FormException refused(IllegalArgumentException failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return new FormException(root.getMessage(), failure, "builders");
    }

    /** Those that can be the default. */
    static ComboBoxModel choice(@CheckForNull Item item) {
        ComboBoxModel names = new ComboBoxModel();
        if (!ConfigurationPermissions.isDenied(item)) {
            JobConfiguration.of(item)
                    .builders()
                    .forEach(builder -> names.add(builder.item().getName()));
        }
        return names;
    }

    /** Whether the default is one of them. */
    static FormValidation checkChoice(@CheckForNull Item item, @CheckForNull String value) {
        String name = Util.fixEmptyAndTrim(value);
        return ConfigurationPermissions.isDenied(item) || name == null || choice(item).contains(name)
                ? FormValidation.ok()
                : FormValidation.warning(Messages.Names_noSuchBuilder(name));
    }
}
