// SPDX-License-Identifier: MIT
/**
 * What an administrator configures: builders and registries, for all jobs. Imports credentials and the client.
 */
package io.jenkins.plugins.treenq.config;
