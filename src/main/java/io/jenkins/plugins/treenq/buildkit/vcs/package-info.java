// SPDX-License-Identifier: MIT
/**
 * Reads the data of the git repository that contains a build context. This is the only package of the client that needs
 * JGit.
 */
package io.jenkins.plugins.treenq.buildkit.vcs;
