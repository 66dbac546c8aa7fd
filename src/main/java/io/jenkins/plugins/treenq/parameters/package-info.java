// SPDX-License-Identifier: MIT
/**
 * The nested parameters of a build as jobs write them: secrets, SSH, caches, outputs. Each binds its form and symbol,
 * and turns itself into the client's values once the credentials of a run are at hand. Imports credentials and the
 * client.
 */
package io.jenkins.plugins.treenq.parameters;
