// SPDX-License-Identifier: MIT
/**
 * Management of the daemon: its version and workers, its cache, and its history. The package imports the client's value
 * types, {@code files}, {@code solve}, {@code threads} and {@code transport}.
 */
package io.jenkins.plugins.treenq.buildkit.control;
