// SPDX-License-Identifier: MIT
/**
 * Hands folders to the daemon: which of their files it asked for, in the order and with the attributes that BuildKit's
 * own client would send. Imports the client's vocabulary, the wire and files only.
 */
package io.jenkins.plugins.treenq.buildkit.filesync;
