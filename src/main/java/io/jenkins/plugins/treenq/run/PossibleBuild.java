// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import java.io.Serializable;
import java.util.Objects;

/**
 * A build that succeeded, or the image in whose place nothing was built.
 *
 * @param built null when nothing was
 * @param unchanged null when something was
 */
record PossibleBuild(
        @CheckForNull FinishedBuild built, @CheckForNull ImageDescription unchanged) implements Serializable {
    PossibleBuild {
        Objects.requireNonNull(built == null ? unchanged : built);
    }
}
