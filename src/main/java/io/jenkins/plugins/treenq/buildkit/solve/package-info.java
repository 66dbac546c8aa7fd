// SPDX-License-Identifier: MIT
/**
 * The execution of one build: the Solve call, the Status stream, and the conversion of errors. The package imports the
 * client's value types, {@code threads} and {@code transport}.
 */
package io.jenkins.plugins.treenq.buildkit.solve;
