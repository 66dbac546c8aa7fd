// SPDX-License-Identifier: MIT
/**
 * Parses and formats private keys and certificates in PEM, in the formats that are used within the client, with the JDK
 * alone. This package imports no other package of the client.
 */
package io.jenkins.plugins.treenq.buildkit.keys;
