// SPDX-License-Identifier: MIT
/**
 * Presentation of a build's events: the plain log, the display on a terminal, JSON, source snippets, and reports of the
 * steps. The package imports only the client's value types.
 */
package io.jenkins.plugins.treenq.buildkit.progress;
