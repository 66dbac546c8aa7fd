// SPDX-License-Identifier: MIT
/**
 * The agent protocol of SSH over keys held in memory, as bytes that come and go; nothing of gRPC. Imports the client's
 * values and keys only.
 */
package io.jenkins.plugins.treenq.buildkit.ssh;
