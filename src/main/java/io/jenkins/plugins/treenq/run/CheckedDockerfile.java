// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.Lint;
import io.jenkins.plugins.treenq.buildkit.Outline;
import io.jenkins.plugins.treenq.buildkit.Target;
import java.io.Serializable;
import java.util.List;

/**
 * What a frontend said of a Dockerfile, as an agent passes it on.
 *
 * @param outline of the target that was asked for
 */
record CheckedDockerfile(Lint lint, List<Target> targets, Outline outline) implements Serializable {
    CheckedDockerfile {
        targets = List.copyOf(targets);
    }
}
