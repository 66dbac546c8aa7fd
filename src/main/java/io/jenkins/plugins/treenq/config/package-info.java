// SPDX-License-Identifier: MIT
/**
 * The configuration: builders, registries and the policy, for all jobs and for those of a folder. The package imports
 * credentials and the client.
 */
package io.jenkins.plugins.treenq.config;
