// SPDX-License-Identifier: MIT
/**
 * The session service FileSync, which sends folders to the daemon: the files that the daemon requested, in the order
 * and with the attributes that BuildKit's own client would send. This package imports the client's values, the wire,
 * {@code files} and {@code fsutil}.
 */
package io.jenkins.plugins.treenq.buildkit.filesync;
