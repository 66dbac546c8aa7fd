// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.Outline;
import io.jenkins.plugins.treenq.buildkit.Target;
import java.io.Serializable;
import java.util.List;

/**
 * A frontend's report about a Dockerfile, as the agent sends it to the controller.
 *
 * @param outline outline of the requested target
 */
record CheckedDockerfile(Lint lint, List<Target> targets, Outline outline) implements Serializable {
    CheckedDockerfile {
        targets = List.copyOf(targets);
    }
}
