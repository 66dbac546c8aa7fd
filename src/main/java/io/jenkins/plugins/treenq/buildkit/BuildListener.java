// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

/**
 * Receives the events of a build. The events are delivered in order and one at a time, so that an implementation needs
 * no locks.
 */
@FunctionalInterface
public interface BuildListener {
    BuildListener NONE = event -> {};

    void onEvent(BuildEvent event);
}
