// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import java.util.function.Supplier;

/** The state of an image build. */
public enum BuildState {
    RUNNING("symbol-status-nobuilt-anime", Messages::BuildState_running),
    SUCCESS("symbol-status-blue", Messages::BuildState_success),
    FAILURE("symbol-status-red", Messages::BuildState_failure),
    ABORTED("symbol-status-aborted", Messages::BuildState_aborted),
    /** The image already existed, so that the build was skipped. */
    SKIPPED("symbol-image-cached plugin-treenq-build", Messages::BuildState_skipped),
    /** Jenkins was restarted during the build, and the result is unknown. */
    INTERRUPTED("symbol-status-aborted", Messages::BuildState_interrupted),
    /** The daemon was lost during the build, and the build was started again. */
    DAEMON_LOST("symbol-status-aborted", Messages::BuildState_daemonLost),
    /** The stored timeline cannot be read. */
    UNREADABLE("symbol-warning", Messages::BuildState_unreadable);

    private final String icon;
    private final Supplier<String> text;

    BuildState(String icon, Supplier<String> text) {
        this.icon = icon;
        this.text = text;
    }

    public String icon() {
        return icon;
    }

    /** Returns the state as a text for the page. */
    public String text() {
        return text.get();
    }
}
