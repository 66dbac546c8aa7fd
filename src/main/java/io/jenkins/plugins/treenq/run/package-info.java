// SPDX-License-Identifier: MIT
/**
 * Runs a build from its parameters to its digest: this package selects the builder, finds the credentials, lets the
 * client build on the agent, and records the result. The package imports config, credentials, metadata, parameters,
 * pool, report, timeline and the client; steps, freestyle build steps and the job's page call it.
 */
package io.jenkins.plugins.treenq.run;
