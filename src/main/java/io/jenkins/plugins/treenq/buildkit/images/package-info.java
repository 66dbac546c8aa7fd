// SPDX-License-Identifier: MIT
/**
 * Images in registries: reading their metadata, and copying them. The client is java.net.http, without gRPC. This
 * package imports the client's values, {@code registry} and {@code threads}.
 */
package io.jenkins.plugins.treenq.buildkit.images;
