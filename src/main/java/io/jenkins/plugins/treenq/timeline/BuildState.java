// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import java.util.function.Supplier;

/** What has become of an image build. */
public enum BuildState {
    RUNNING("symbol-status-nobuilt-anime", Messages::BuildState_running),
    SUCCESS("symbol-status-blue", Messages::BuildState_success),
    FAILURE("symbol-status-red", Messages::BuildState_failure),
    ABORTED("symbol-status-aborted", Messages::BuildState_aborted),
    /** The image was there already, so that nothing was built. */
    SKIPPED("symbol-image-cached plugin-treenq-build", Messages::BuildState_skipped),
    /** Jenkins was restarted, and nobody saw how it ended. */
    INTERRUPTED("symbol-status-aborted", Messages::BuildState_interrupted),
    /** What is kept of it makes no sense. */
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

    /** For a person. */
    public String text() {
        return text.get();
    }
}
