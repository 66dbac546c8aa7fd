// SPDX-License-Identifier: MIT
/**
 * The nested parameters of a build: secrets, SSH, caches and outputs. Each class has a form and a symbol, and converts
 * itself to the values of the client with the credentials of a run. The package imports credentials and the client.
 */
package io.jenkins.plugins.treenq.parameters;
