// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.treenq.buildkit.images.ImageDescription;
import java.io.Serializable;
import java.util.Objects;

/**
 * A build that succeeded, or the existing image because of which the build was skipped.
 *
 * @param built the build; null if it was skipped
 * @param unchanged the existing image; null if the image was built
 */
record BuildOutcome(
        @CheckForNull FinishedBuild built, @CheckForNull ImageDescription unchanged) implements Serializable {
    BuildOutcome {
        Objects.requireNonNull(built == null ? unchanged : built);
    }
}
