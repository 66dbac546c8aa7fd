// SPDX-License-Identifier: MIT
/**
 * A build whose frontend this side runs, which is how a frontend is asked what it thinks of a Dockerfile instead of
 * building it. Imports the client's values, {@code transport} and {@code solve}.
 */
package io.jenkins.plugins.treenq.buildkit.gateway;
