// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

/** A change in the daemon's history of builds. */
public record HistoryEvent(Kind kind, BuildRecord record) {
    /** What happened; OTHER is something that this client does not know yet. */
    public enum Kind {
        STARTED,
        COMPLETE,
        DELETED,
        OTHER
    }
}
