// SPDX-License-Identifier: MIT
/**
 * What a build's events look like to a reader: the plain log, source snippets, JSON, an account of the steps. Imports
 * only the client's values.
 */
package io.jenkins.plugins.treenq.buildkit.progress;
