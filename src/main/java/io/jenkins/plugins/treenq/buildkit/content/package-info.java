// SPDX-License-Identifier: MIT
/**
 * The session service Content, through which the daemon reads and writes OCI layouts on this machine: image layouts as
 * build contexts, the local cache, and images that are exported as a layout. This package imports the client's values,
 * the wire and {@code files} only.
 */
package io.jenkins.plugins.treenq.buildkit.content;
