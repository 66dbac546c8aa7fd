// SPDX-License-Identifier: MIT
/**
 * The events of each image build of a run, during and after the build: the agent reports them, the run's folder stores
 * them, and a page and the REST API show them. The package imports the client's values and its progress reports.
 */
package io.jenkins.plugins.treenq.timeline;
