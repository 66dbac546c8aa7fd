// SPDX-License-Identifier: MIT
/**
 * What a caller of the BuildKit client gives and gets: requests, results, events and failures. Plain Java values;
 * imports no other package of this project and nothing of gRPC.
 */
package io.jenkins.plugins.treenq.buildkit;
