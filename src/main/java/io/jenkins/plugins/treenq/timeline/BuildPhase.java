// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.timeline;

import java.util.function.Supplier;

/**
 * A part of the time that an image build takes. The parts follow one another without a gap, so their sum is the whole
 * time.
 */
public enum BuildPhase {
    /** All daemons of the builder have as many builds as their limit allows, or none of them is reached. */
    WAITING(Messages::BuildPhase_waiting),
    /**
     * Credentials are looked up, and the agent gets the build, with the classes of the client when it builds for the
     * first time.
     */
    SENDING(Messages::BuildPhase_sending),
    /** Files of the context are found. */
    PREPARING(Messages::BuildPhase_preparing),
    CONNECTING(Messages::BuildPhase_connecting),
    /** The Dockerfile is checked, or compared with an image that is there, and the daemon takes the build. */
    STARTING(Messages::BuildPhase_starting),
    /** Of an image of which each builder makes a part, everything. */
    PARTS(Messages::BuildPhase_parts),
    /** From the begin of the first step to the end of the last one. */
    STEPS(Messages::BuildPhase_steps),
    /** The image's manifests are read, and the result is recorded. */
    FINISHING(Messages::BuildPhase_finishing);

    private final Supplier<String> text;

    BuildPhase(Supplier<String> text) {
        this.text = text;
    }

    /** For a person. */
    String text() {
        return text.get();
    }

    /** Whether an agent may say that it has come so far; the others are known to the controller. */
    boolean isOfAgent() {
        return this == PREPARING || this == CONNECTING || this == STARTING;
    }
}
