// SPDX-License-Identifier: MIT
/** The threads that all clients of a JVM share, and the outcome of what they do. Imports nothing. */
package io.jenkins.plugins.treenq.buildkit.threads;
