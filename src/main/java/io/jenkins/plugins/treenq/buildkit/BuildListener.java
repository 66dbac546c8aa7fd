// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

/** Hears a build's events, in order, on one thread at a time. */
@FunctionalInterface
public interface BuildListener {
    BuildListener NONE = event -> {};

    void onEvent(BuildEvent event);
}
