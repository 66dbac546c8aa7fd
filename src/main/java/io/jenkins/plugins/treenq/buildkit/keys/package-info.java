// SPDX-License-Identifier: MIT
/**
 * Private keys and certificates in the one form of PEM text in which they travel within the client, and what the JDK
 * makes of them. Imports nothing.
 */
package io.jenkins.plugins.treenq.buildkit.keys;
