// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;
import java.io.Serializable;

/**
 * A build that succeeded while no one was waiting for it.
 *
 * @param progress the complete progress of the build
 */
record RecoveredBuild(FinishedBuild build, ProgressReport progress) implements Serializable {}
