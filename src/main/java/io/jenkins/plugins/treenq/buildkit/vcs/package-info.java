// SPDX-License-Identifier: MIT
/**
 * What the git repository around a context says of it. The one package that needs JGit; nothing else of the client
 * needs it.
 */
package io.jenkins.plugins.treenq.buildkit.vcs;
