// SPDX-License-Identifier: MIT
/**
 * Which of several daemons a build goes to, and when: the job's own as long as it has a place. Imports the client's
 * values only; knows daemons by their addresses only.
 */
package io.jenkins.plugins.treenq.pool;
