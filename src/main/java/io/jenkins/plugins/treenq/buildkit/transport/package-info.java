// SPDX-License-Identifier: MIT
/**
 * The connection to a daemon: one HTTP/2 channel over TLS, TCP or a Unix socket, and what its failures mean. Imports
 * the client's values and keys only.
 */
package io.jenkins.plugins.treenq.buildkit.transport;
