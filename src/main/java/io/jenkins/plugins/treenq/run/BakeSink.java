// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import java.io.Serializable;

/** Receives the targets of a bake as they are built, on the controller. */
@FunctionalInterface
public interface BakeSink {
    /** @param build the {@link FinishedBuild}; another object is refused */
    void built(String target, Serializable build);
}
