// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;

/**
 * A stage of a Dockerfile that can be built.
 *
 * @param name name of the stage; empty if the stage has no name
 * @param description comment above the stage
 * @param isDefault whether the stage is built if no target is given
 * @param base image or stage that the stage is based on
 * @param platform platform that the stage is fixed to; empty if there is none
 * @param location location of the stage; null if the frontend does not send it
 */
public record Target(
        String name, String description, boolean isDefault, String base, String platform, SourceLocation location)
        implements Serializable {}
