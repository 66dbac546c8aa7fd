// SPDX-License-Identifier: MIT
/**
 * The hash of a build's inputs, by which a build can be skipped if its inputs have not changed. This package imports
 * the client's values, {@code filesync}, {@code images} and {@code threads}.
 */
package io.jenkins.plugins.treenq.buildkit.inputs;
