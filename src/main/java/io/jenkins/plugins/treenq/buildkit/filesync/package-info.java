// SPDX-License-Identifier: MIT
/**
 * Hands folders to the daemon: which of their files it asked for, in the order and with the attributes that BuildKit's
 * own client would send. Imports the client's values, the wire, {@code files} and
 * {@code fsutil}.
 */
package io.jenkins.plugins.treenq.buildkit.filesync;
