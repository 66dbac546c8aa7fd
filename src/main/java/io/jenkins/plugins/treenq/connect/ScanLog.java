// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.connect;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.TaskListener;

/**
 * The log of the scan that runs on the current thread. Jenkins gives the log to the criteria only, and then calls the
 * factory for the same branch on the same thread.
 */
final class ScanLog {
    private static final ThreadLocal<TaskListener> CURRENT = new ThreadLocal<>();

    private ScanLog() {}

    static void begins(TaskListener listener) {
        CURRENT.set(listener);
    }

    /** Returns the log for the branch that was just recognized, once; null if no scan is running. */
    @CheckForNull
    static TaskListener take() {
        TaskListener listener = CURRENT.get();
        CURRENT.remove();
        return listener;
    }
}
