// SPDX-License-Identifier: MIT
/**
 * Tags, labels and annotations of an image by rules, in the language of docker/metadata-action. It knows nothing of
 * Jenkins, of git or of registries: it gets the rules and a {@link io.jenkins.plugins.treenq.metadata.BuildOrigin}. It
 * imports no other package.
 */
package io.jenkins.plugins.treenq.metadata;
