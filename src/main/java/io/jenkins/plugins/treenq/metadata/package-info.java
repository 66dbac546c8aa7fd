// SPDX-License-Identifier: MIT
/**
 * Creates tags, labels and annotations of an image by rules in the language of docker/metadata-action. The package does
 * not access Jenkins, git or registries: its inputs are the rules and a
 * {@link io.jenkins.plugins.treenq.metadata.BuildOrigin}. The package imports no other package.
 */
package io.jenkins.plugins.treenq.metadata;
