// SPDX-License-Identifier: MIT
/**
 * One build, from parameters to digest: the builder is chosen, credentials are found, the client builds on the agent,
 * the result is recorded. Imports configuration, credentials, parameters, report, timeline and the client; steps,
 * freestyle builders and the job's page call it.
 */
package io.jenkins.plugins.treenq.run;
