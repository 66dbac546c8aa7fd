// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import hudson.model.ItemGroup;
import java.util.Objects;

/**
 * A configured item, and the scope in which it is configured.
 *
 * @param owner group in which the item's credentials are looked up
 */
public record ScopedItem<T>(T item, ItemGroup<?> owner) {
    public ScopedItem {
        Objects.requireNonNull(item);
        Objects.requireNonNull(owner);
    }
}
