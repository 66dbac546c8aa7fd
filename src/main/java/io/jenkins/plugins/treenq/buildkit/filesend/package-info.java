// SPDX-License-Identifier: MIT
/**
 * Takes what a build hands back: archives as streams, and trees of files, of which the daemon is the sender and which
 * it is not trusted with: nothing is ever written outside of the folder that was given. Imports the client's values,
 * the wire, {@code files} and {@code fsutil}.
 */
package io.jenkins.plugins.treenq.buildkit.filesend;
