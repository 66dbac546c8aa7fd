// SPDX-License-Identifier: MIT
/** The threads that all clients of a JVM share. Imports nothing. */
package io.jenkins.plugins.treenq.buildkit.threads;
