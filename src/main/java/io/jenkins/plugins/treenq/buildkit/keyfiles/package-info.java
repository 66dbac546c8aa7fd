// SPDX-License-Identifier: MIT
/**
 * Private keys in the forms in which people keep them, encrypted or not, read with Apache MINA SSHD and the JDK. May
 * import the values and {@code keys}. Nothing else in the client imports this package, so that a JVM which only uses
 * keys, such as an agent's, loads no class of the library.
 */
package io.jenkins.plugins.treenq.buildkit.keyfiles;
