// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

/**
 * A variable that a file defines.
 *
 * @param type empty if the file gives none
 * @param value null if it has none
 */
public record BakeVariable(String name, String description, String type, String value) {}
