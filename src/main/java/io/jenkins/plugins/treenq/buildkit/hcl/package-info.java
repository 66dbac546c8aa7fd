// SPDX-License-Identifier: MIT
/**
 * HCL's expression language, as docker/buildx uses it for bake files: the native syntax and JSON, values and types, the
 * functions of cty's standard library. Follows HCL's specification
 * (https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md). It reads no file, no environment and no network;
 * all that an evaluation may use is bounded by {@link io.jenkins.plugins.treenq.buildkit.hcl.Budget}.
 */
package io.jenkins.plugins.treenq.buildkit.hcl;
