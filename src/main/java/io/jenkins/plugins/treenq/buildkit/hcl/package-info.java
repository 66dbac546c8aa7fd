// SPDX-License-Identifier: MIT
/**
 * HCL's expression language as docker/buildx uses it for bake files: the native syntax and JSON, values and types, and
 * the functions of cty's standard library, by HCL's specification
 * (https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md). The package accesses no file, environment or network.
 * The work of an evaluation is limited by {@link io.jenkins.plugins.treenq.buildkit.hcl.EvaluationLimits}.
 */
package io.jenkins.plugins.treenq.buildkit.hcl;
