// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.run;

import io.jenkins.plugins.treenq.buildkit.progress.ProgressReport;
import java.io.Serializable;

/**
 * A build that succeeded while nobody waited for it.
 *
 * @param progress all that happened in it
 */
record RecoveredBuild(FinishedBuild build, ProgressReport progress) implements Serializable {}
