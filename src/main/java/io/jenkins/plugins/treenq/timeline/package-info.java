// SPDX-License-Identifier: MIT
/**
 * What happens in each image build of a run, while it does and afterwards: told from the agent, kept in the run's
 * folder, shown on a page and in REST. Imports the client's values and its account of the steps.
 */
package io.jenkins.plugins.treenq.timeline;
