// SPDX-License-Identifier: MIT
/** Keys and certificates as people store them, in PEM text, and what the JDK makes of them. Imports nothing. */
package io.jenkins.plugins.treenq.buildkit.keys;
