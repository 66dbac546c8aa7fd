// SPDX-License-Identifier: MIT
/**
 * The Pipeline steps, and the freestyle build steps around them. They bind the parameters and call the other packages,
 * which do the work.
 */
package io.jenkins.plugins.treenq.step;
