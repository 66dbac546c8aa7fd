// SPDX-License-Identifier: MIT
/**
 * Reads private keys in the formats of key files, encrypted or not, with Apache MINA SSHD and the JDK. This package may
 * import the values and {@code keys}. No other package of the client imports it, so that a JVM that only uses keys,
 * such as that of an agent, loads no class of the library.
 */
package io.jenkins.plugins.treenq.buildkit.keyfiles;
