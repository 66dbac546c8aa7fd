// SPDX-License-Identifier: MIT
/**
 * What is configured: builders and registries, for all jobs and for those of a folder. Imports credentials and the
 * client.
 */
package io.jenkins.plugins.treenq.config;
