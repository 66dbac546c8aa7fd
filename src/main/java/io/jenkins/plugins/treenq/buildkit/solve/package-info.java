// SPDX-License-Identifier: MIT
/**
 * One build in the daemon's terms: the Solve call, the Status stream beside it, and what its errors mean. Imports the
 * client's values and {@code transport}.
 */
package io.jenkins.plugins.treenq.buildkit.solve;
