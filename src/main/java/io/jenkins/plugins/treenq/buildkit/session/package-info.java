// SPDX-License-Identifier: MIT
/**
 * The session: a gRPC server that speaks over a call to the daemon instead of a socket, with the services that one
 * build offers. Imports the client's values, {@code transport}, {@code ssh} and {@code registry}; services that live
 * elsewhere are handed in.
 */
package io.jenkins.plugins.treenq.buildkit.session;
