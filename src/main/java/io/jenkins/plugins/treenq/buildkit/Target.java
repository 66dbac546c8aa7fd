// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;

/**
 * A stage of a Dockerfile that can be built.
 *
 * @param name empty for a stage without one
 * @param description the comment above it
 * @param isDefault built when no target is given
 * @param base image or stage that it begins with
 * @param platform that it is fixed to, or empty
 * @param location null when the frontend named none
 */
public record Target(
        String name, String description, boolean isDefault, String base, String platform, SourceLocation location)
        implements Serializable {}
