// SPDX-License-Identifier: MIT
/**
 * OCI layouts on this machine that the daemon reads from and leaves results in: image layouts as contexts, local cache,
 * images exported as a layout. Imports the client's vocabulary, the wire and files
 * only.
 */
package io.jenkins.plugins.treenq.buildkit.content;
