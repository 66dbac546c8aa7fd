// SPDX-License-Identifier: MIT
/**
 * The client's entry: connect to a daemon, build, ask what it did. Imports every other package of the client; only
 * code outside the client imports it.
 */
package io.jenkins.plugins.treenq.buildkit.client;
