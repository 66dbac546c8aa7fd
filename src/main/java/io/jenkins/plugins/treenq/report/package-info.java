// SPDX-License-Identifier: MIT
/**
 * What is left of a build: the result that scripts get, the archived metadata, the build's page and REST, the
 * fingerprint. Imports the client's values, its metadata file, and timeline.
 */
package io.jenkins.plugins.treenq.report;
