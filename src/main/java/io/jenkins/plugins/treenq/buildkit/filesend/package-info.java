// SPDX-License-Identifier: MIT
/**
 * The session service FileSend, which receives the results of a build: archives as streams, and folders as transfers of
 * files that the daemon sends. The daemon is not trusted, so nothing is written outside of the given folder. This
 * package imports the client's values, the wire, {@code files} and {@code fsutil}.
 */
package io.jenkins.plugins.treenq.buildkit.filesend;
