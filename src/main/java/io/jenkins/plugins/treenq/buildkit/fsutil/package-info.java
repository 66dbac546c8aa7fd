// SPDX-License-Identifier: MIT
/**
 * The common parts of sending and receiving a folder, as in BuildKit's fsutil: modes, names, and the entries of a
 * transfer by their IDs. This package imports no other package of the client.
 */
package io.jenkins.plugins.treenq.buildkit.fsutil;
