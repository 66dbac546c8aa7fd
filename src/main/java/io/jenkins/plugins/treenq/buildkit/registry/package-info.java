// SPDX-License-Identifier: MIT
/**
 * Tokens of registries, got from this side with java.net.http; nothing of gRPC. Imports the client's values and keys
 * only.
 */
package io.jenkins.plugins.treenq.buildkit.registry;
