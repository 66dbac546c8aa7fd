// SPDX-License-Identifier: MIT
/**
 * Sends the classes of the plugin's part on agents to an agent, in one jar instead of one by one. This package knows
 * nothing of builds: {@code run} says which classes the part begins with.
 */
package io.jenkins.plugins.treenq.agent;
