// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit.control;

import java.io.Serializable;

/**
 * An attestation that the daemon created for the result of a build.
 *
 * @param platform platform of the result; empty if the build had only one platform
 * @param predicateType type of the attestation, such as {@code https://slsa.dev/provenance/v1}
 * @param json predicate of the attestation
 */
public record Attestation(String platform, String predicateType, String json) implements Serializable {}
