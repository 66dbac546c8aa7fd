// SPDX-License-Identifier: MIT
/**
 * Multibranch projects and organization folders that build the images of repositories with a Dockerfile. The
 * repositories need no Jenkinsfile. Everything in this package needs the plugin {@code workflow-multibranch}; without
 * that plugin, Jenkins does not load the package.
 */
@OptionalPackage(requirePlugins = "workflow-multibranch")
package io.jenkins.plugins.treenq.connect;

import org.jenkinsci.plugins.variant.OptionalPackage;
