// SPDX-License-Identifier: MIT
/**
 * The compression of messages on a link that is slower than the compressor: the decision, the compressor, and the codec
 * that passes compressed messages on to gRPC. The package imports nothing.
 */
package io.jenkins.plugins.treenq.buildkit.compression;
