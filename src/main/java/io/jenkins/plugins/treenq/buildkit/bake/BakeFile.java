// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.bake;

/**
 * A file with definitions. The end of its name tells its language: .hcl, .json, .yml, .yaml; for other names, its
 * content does.
 */
public record BakeFile(String name, String content) {}
