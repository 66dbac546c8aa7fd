// SPDX-License-Identifier: MIT
package io.jenkins.plugins.treenq.buildkit;

import java.io.Serializable;
import java.util.List;

/**
 * The parameters of a stage of a Dockerfile. Locations are null if the frontend does not send them.
 *
 * @param target name of the stage; empty if the stage has no name
 * @param description comment above the stage
 */
public record Outline(
        String target, String description, List<Arg> args, List<Mount> secrets, List<Mount> ssh, List<Cache> caches)
        implements Serializable {
    public Outline {
        args = List.copyOf(args);
        secrets = List.copyOf(secrets);
        ssh = List.copyOf(ssh);
        caches = List.copyOf(caches);
    }

    /**
     * A build argument.
     *
     * @param description comment above the argument
     * @param value value of the argument in this build; empty if there is none
     */
    public record Arg(String name, String description, String value, SourceLocation location) implements Serializable {}

    /** A secret or SSH agent, by its ID. If it is required, the build fails without it. */
    public record Mount(String id, boolean required, SourceLocation location) implements Serializable {}

    /** A cache mount, by its ID. */
    public record Cache(String id, SourceLocation location) implements Serializable {}
}
