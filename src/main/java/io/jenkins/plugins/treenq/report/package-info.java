// SPDX-License-Identifier: MIT
/**
 * The results of a build: the objects that scripts get, the archived metadata, the run's page and REST API, and the
 * fingerprint. The package imports the client's values, its metadata file, and the timeline.
 */
package io.jenkins.plugins.treenq.report;
