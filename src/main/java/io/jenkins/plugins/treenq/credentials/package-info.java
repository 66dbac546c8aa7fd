// SPDX-License-Identifier: MIT
/**
 * From Jenkins' credentials to the client's values: found, tracked and turned into what a connection or a registry
 * needs. Imports the client's values only.
 */
package io.jenkins.plugins.treenq.credentials;
