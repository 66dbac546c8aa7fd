// SPDX-License-Identifier: MIT
/**
 * The tokens of registries, which this client requests with java.net.http, without gRPC. This package imports the
 * client's values and keys only.
 */
package io.jenkins.plugins.treenq.buildkit.registry;
