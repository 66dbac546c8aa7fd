// SPDX-License-Identifier: MIT
/**
 * The session of a build: a gRPC server that is reached through a call to the daemon instead of a socket, with the
 * services that one build offers. The package imports the client's value types, {@code files}, {@code registry},
 * {@code ssh}, {@code threads} and {@code transport}. Services of other packages are passed in.
 */
package io.jenkins.plugins.treenq.buildkit.session;
