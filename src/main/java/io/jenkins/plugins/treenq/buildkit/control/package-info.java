// SPDX-License-Identifier: MIT
/**
 * The daemon itself: its version and workers, its cache, its history of builds. Imports the client's values,
 * {@code transport}, {@code solve} and {@code threads}.
 */
package io.jenkins.plugins.treenq.buildkit.control;
