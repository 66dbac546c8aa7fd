// SPDX-License-Identifier: MIT
/**
 * The BuildKit client's vocabulary: requests, results, events and failures. Plain Java values; imports no other package
 * of this project and nothing of gRPC.
 */
package io.jenkins.plugins.treenq.buildkit;
