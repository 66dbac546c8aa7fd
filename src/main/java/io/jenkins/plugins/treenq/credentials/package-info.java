// SPDX-License-Identifier: MIT
/**
 * Converts Jenkins' credentials to the values of the client: finds them, tracks their use, and converts them for a
 * connection or a registry. The package imports the values of the client only.
 */
package io.jenkins.plugins.treenq.credentials;
