// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

/** A change in the daemon's history. */
public record HistoryEvent(Kind kind, BuildRecord record) {
    /** The kind of a change. {@link #OTHER} is a kind that this client does not know. */
    public enum Kind {
        STARTED,
        COMPLETE,
        DELETED,
        OTHER
    }
}
