// SPDX-License-Identifier: MIT
/**
 * Which of several daemons a build goes to, and when: the job's own as long as it has a place. Imports nothing of the
 * plugin; knows daemons by their addresses only.
 */
package io.jenkins.plugins.treenq.pool;
