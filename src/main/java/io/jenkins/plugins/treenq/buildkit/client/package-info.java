// SPDX-License-Identifier: MIT
/**
 * The entry point of the client: connecting to a daemon, executing builds, and querying the daemon. The package may
 * import every other package of the client. Only code outside of the client imports this package.
 */
package io.jenkins.plugins.treenq.buildkit.client;
