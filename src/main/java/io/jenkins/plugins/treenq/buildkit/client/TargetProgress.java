// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.client;

import io.jenkins.plugins.treenq.buildkit.BuildListener;

/** Puts the name of its target in front of each build step's name, as buildx does ({@code util/progress/multiwriter}). */
public final class TargetProgress {
    private TargetProgress() {}

    /**
     * Returns a listener for the events of one target, which passes them on with the target's name in the names of the
     * steps: {@code [web internal] load build definition}, {@code [web 2/3] RUN make}. Several of these may pass events
     * on to one listener, which receives them one at a time.
     */
    public static BuildListener of(String target, BuildListener common) {
        throw new UnsupportedOperationException();
    }
}
