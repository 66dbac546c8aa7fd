// SPDX-License-Identifier: MIT
/**
 * What sending and receiving a folder have in common, as BuildKit's fsutil has it: modes, names, and the entries of a
 * transfer by their numbers. Imports nothing.
 */
package io.jenkins.plugins.treenq.buildkit.fsutil;
