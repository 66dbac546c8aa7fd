// SPDX-License-Identifier: MIT
/**
 * The SSH agent protocol with keys in memory, on bytes and without gRPC. This package imports the client's values and
 * {@code keys} only.
 */
package io.jenkins.plugins.treenq.buildkit.ssh;
