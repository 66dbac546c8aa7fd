// SPDX-License-Identifier: MIT
/**
 * What goes into a build, as one hash, so that a build need not be done twice. Imports the client's values,
 * {@code filesync} and {@code images}.
 */
package io.jenkins.plugins.treenq.buildkit.inputs;
