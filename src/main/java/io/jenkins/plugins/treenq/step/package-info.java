// SPDX-License-Identifier: MIT
/**
 * Where a job starts: the Pipeline step, and the freestyle build step around it. They bind parameters and make one
 * call.
 */
package io.jenkins.plugins.treenq.step;
