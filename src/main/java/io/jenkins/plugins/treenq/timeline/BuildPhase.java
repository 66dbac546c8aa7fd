// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import java.util.function.Supplier;

/**
 * A phase of an image build. The phases follow one another without gaps, so that their durations add up to the duration
 * of the build.
 */
public enum BuildPhase {
    /** All daemons of the builder have reached their limit of builds, or none of them can be reached. */
    WAITING(Messages::BuildPhase_waiting),
    /** The credentials are looked up, and the build is sent to the agent. */
    SENDING(Messages::BuildPhase_sending),
    /** An agent that builds its first image gets and loads the classes of the client. */
    LOADING(Messages::BuildPhase_loading),
    /** The agent reads the secrets and finds the build context. */
    PREPARING(Messages::BuildPhase_preparing),
    CONNECTING(Messages::BuildPhase_connecting),
    /** The Dockerfile is checked or compared with an existing image, and the daemon accepts the build. */
    STARTING(Messages::BuildPhase_starting),
    /** Several builders build the parts of an image. This phase covers the whole time of their builds. */
    PARTS(Messages::BuildPhase_parts),
    /** From the start of the first build step to the end of the last one. */
    STEPS(Messages::BuildPhase_steps),
    /** The image's manifests are read, and the result is recorded. */
    FINISHING(Messages::BuildPhase_finishing);

    private final Supplier<String> text;

    BuildPhase(Supplier<String> text) {
        this.text = text;
    }

    /** Returns the name of the phase for the page. */
    String text() {
        return text.get();
    }

    /** Tells whether this phase is reported while the agent works. The timeline itself knows when the others start. */
    boolean isOfAgent() {
        return this == LOADING || this == PREPARING || this == CONNECTING || this == STARTING;
    }
}
