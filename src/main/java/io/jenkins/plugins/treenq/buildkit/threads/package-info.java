// SPDX-License-Identifier: MIT
/**
 * The thread pool that all clients of a JVM share, and the outcome of futures. The package imports no other package of
 * this project.
 */
package io.jenkins.plugins.treenq.buildkit.threads;
