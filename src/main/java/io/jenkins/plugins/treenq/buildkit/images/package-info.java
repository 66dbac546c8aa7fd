// SPDX-License-Identifier: MIT
/**
 * Images in registries: what they are, and copying them; with java.net.http, nothing of gRPC. Imports the client's
 * values, {@code registry} and {@code threads}.
 */
package io.jenkins.plugins.treenq.buildkit.images;
