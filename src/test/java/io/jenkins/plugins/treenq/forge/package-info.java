// SPDX-License-Identifier: MIT
/**
 * A forge for tests: an organization is a folder of bare Git repositories, which {@code GitServer} serves. The classes
 * are a plugin of a real Jenkins that a test adds; other tests do not load them.
 */
@OptionalPackage(requirePlugins = "test-forge")
package io.jenkins.plugins.treenq.forge;

import org.jenkinsci.plugins.variant.OptionalPackage;
