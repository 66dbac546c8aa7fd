// SPDX-License-Identifier: MIT
/**
 * Determines when each build gets a slot, and at which daemon of a pool: a job's usual daemon as long as it has a free
 * slot. The package imports the values of the client only, and identifies daemons by their addresses.
 */
package io.jenkins.plugins.treenq.pool;
