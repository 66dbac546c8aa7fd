// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.config;

import hudson.model.ItemGroup;
import java.util.Objects;

/**
 * Something that is configured, and where.
 *
 * @param owner where its credentials are looked up
 */
public record ScopedItem<T>(T item, ItemGroup<?> owner) {
    public ScopedItem {
        Objects.requireNonNull(item);
        Objects.requireNonNull(owner);
    }
}
