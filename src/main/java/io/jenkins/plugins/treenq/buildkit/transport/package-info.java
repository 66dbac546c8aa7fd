// SPDX-License-Identifier: MIT
/**
 * The connection to a daemon: one HTTP/2 channel over TLS, TCP or a Unix socket, and the conversion of its failures.
 * The package imports the client's value types, {@code keys} and {@code threads}.
 */
package io.jenkins.plugins.treenq.buildkit.transport;
