// SPDX-License-Identifier: MIT
/**
 * Sends the classes that run on agents to an agent, in one jar instead of one by one. The package does not depend on
 * builds: {@code run} passes the classes with which a task begins.
 */
package io.jenkins.plugins.treenq.agent;
