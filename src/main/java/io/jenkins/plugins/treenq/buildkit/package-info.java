// SPDX-License-Identifier: MIT
/**
 * The types that a caller of the BuildKit client uses: requests, results, events and failures. The types are plain Java
 * values. The package imports no other package of this project, and nothing of gRPC.
 */
package io.jenkins.plugins.treenq.buildkit;
