// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import java.io.Serializable;

/**
 * What the daemon attests of a build.
 *
 * @param platform that the result is for; empty when the build was for one only
 * @param predicateType such as {@code https://slsa.dev/provenance/v1}
 * @param json the predicate
 */
public record Attestation(String platform, String predicateType, String json) implements Serializable {}
